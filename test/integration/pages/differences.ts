import type { Mended } from './mended.ts';
import { OPENMETRICS, type Page, type ReadPage } from './page.ts';

/** A page, and what was read on it. */
export interface Verdicts {
  readonly page: Page;
  readonly here: ReadPage;
  readonly there: ReadPage;
  /** The page without the points that are read in another way on purpose. */
  readonly mended: Mended;
  /** What the server reads then. */
  readonly thereMended: ReadPage;
}

/** A page that is read here in another way than by the server. */
export interface Difference {
  readonly page: string;
  readonly contentType: string;
  readonly here: ReadPage | 'down';
  readonly there: ReadPage | 'down';
  readonly thereMended: ReadPage | 'down';
  /** Why that is so on purpose; empty: it is wrong. */
  readonly reasons: readonly string[];
}

/**
 * Whether a page is read here as by the server.
 *
 * @param isOld whether the server takes less than those of today, so that it says nothing that it refuses a page
 */
export function isSame(here: ReadPage, there: ReadPage, isOld: boolean): boolean {
  return (isOld && there === undefined) || JSON.stringify(here) === JSON.stringify(there);
}

/** Why a page is read differently. It is so on purpose only if the server reads the mended page as the collector reads this one. */
export function differenceOf({ page, here, there, mended, thereMended }: Verdicts): Difference {
  const rest = here && thereMended && restOf(mended.page, here, thereMended);
  return {
    page: page.body.toString('latin1'),
    contentType: page.contentType,
    here: here ?? 'down',
    there: there ?? 'down',
    thereMended: thereMended ?? 'down',
    reasons: rest === undefined ? [] : [...mended.reasons, ...rest],
  };
}

/** Why samples differ that both read; undefined: they do so wrongly. */
function restOf(
  page: Page,
  here: readonly string[],
  there: readonly string[],
): readonly string[] | undefined {
  const text = page.body.toString('latin1');
  const reasons: string[] = [];
  let others = there;
  if (page.contentType === OPENMETRICS) {
    others = there.filter((sample) => here.includes(sample) || !isStart(text, nameOf(sample)));
    if (others.length < there.length)
      reasons.push('a _created line of OpenMetrics is a start, not a sample');
  }
  if (JSON.stringify(here) === JSON.stringify(others)) return reasons;
  if (!hasSameBounds(strayBounds(text), here, others)) return undefined;
  return [...reasons, 'le and quantile go by the type of their family, not by the last TYPE line'];
}

/** In OpenMetrics a `_created` line gives the others of its point their start, and is no sample. */
function isStart(text: string, name: string): boolean {
  const [, family] = /^(.+)_created$/.exec(name) ?? [];
  if (family === undefined) return false;
  return ['counter', 'histogram', 'summary'].some((type) =>
    text.split('\n').some((line) => line === `# TYPE ${family} ${type}`),
  );
}

function nameOf(sample: string): string {
  const [, name = ''] = /^\["((?:[^"\\]|\\.)*)"/.exec(sample) ?? [];
  return name;
}

/**
 * Names with a bucket or a quantile that is not below the only TYPE line of its family: for the server the last TYPE line
 * counts, of whatever family it is.
 */
function strayBounds(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  const typed = new Set<string>();
  let family = '';
  let isTwice = false;
  for (const line of text.split('\n')) {
    const [, ofType] = /^[ \t]*#[ \t]*TYPE[ \t]+"?([^"\s]+)/.exec(line) ?? [];
    if (ofType !== undefined) {
      isTwice = typed.has(ofType);
      typed.add(ofType);
      family = ofType;
    } else if (/[{,\s"](?:le|quantile)"?\s*=/.test(line)) {
      const [, name = ''] = /^[ \t{"]*([^"{\s]*)/.exec(line) ?? [];
      if (isTwice || ![family, `${family}_bucket`].includes(name)) names.add(name);
    }
  }
  return names;
}

/** Whether the samples are the same but for how the bounds of these names are written. */
function hasSameBounds(
  names: ReadonlySet<string>,
  here: readonly string[],
  there: readonly string[],
): boolean {
  const [one, other] = [here, there].map((samples) =>
    Map.groupBy(
      samples.map((sample) => (names.has(nameOf(sample)) ? withPlainBounds(sample) : sample)),
      (sample) => sample.replace(/ \S*$/, ''),
    ),
  ) as [Map<string, string[]>, Map<string, string[]>];
  // Two series, as those of le="1" and le="1.0", may be one for the other side, of which the first counts.
  return (
    one.size === other.size &&
    [...one].every(([series, samples]) => {
      const others = other.get(series) ?? [];
      const [fewer, more] = samples.length < others.length ? [samples, others] : [others, samples];
      return fewer.length > 0 && fewer.every((sample) => more.includes(sample));
    })
  );
}

function withPlainBounds(sample: string): string {
  return sample.replace(/\["(le|quantile)","([^"]+)"\]/g, (whole, label, bound) =>
    Number.isNaN(Number(bound)) ? whole : `["${label}","${Number(bound)}"]`,
  );
}
