import type { FoundForJob } from '../../lambda/discovery/target-list.ts';
import type { Labels } from '../../lambda/model/samples/sample.ts';
import { shownUrl } from '../../lambda/model/targets/shown-url.ts';
import type { Target } from '../../lambda/model/targets/target.ts';

/** Labels with a URL or a part of one: of the target, and of the list that it is from. */
const URLS: readonly string[] = ['__address__', '__meta_url'];

/** Where a target is from. */
export interface Origin {
  /** Name of the entry of `scrape_configs`. Absent: unknown. */
  readonly entry?: string | undefined;
  /** Before relabeling, those that begin with `__` among them, without secrets. */
  readonly labels: Labels;
}

/** Remembers what discovery found, until its targets are known. */
export class Origins {
  readonly #found = new Map<string, FoundForJob>();

  readonly onFound = (found: FoundForJob): void => {
    if (typeof found.made === 'object') this.#found.set(keyOf(found.made), found);
  };

  of(target: Target): Origin {
    const found = this.#found.get(keyOf(target));
    return { entry: found?.job, labels: withoutSecrets(found?.labels ?? {}, target.labels) };
  }
}

/** A target may get a longer id than its job gave it, so it is known by its URL and labels. */
function keyOf({ url, labels }: Target): string {
  return JSON.stringify([url, labels]);
}

/** A parameter of a URL may be a token, and an address may have a password. */
function withoutSecrets(labels: Labels, visible: Labels): Labels {
  const shown = new Set(Object.values(visible));
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => {
      const isHidden = name.startsWith('__param_') && !shown.has(value);
      return [name, isHidden ? '<secret>' : URLS.includes(name) ? shownUrl(value) : value];
    }),
  );
}
