import type { HttpSettings } from '../../model/settings/http.ts';
import { Secret } from '../../model/settings/secret.ts';
import type { HttpDiscovery } from '../../model/settings/service-discovery.ts';
import { shownUrl } from '../../model/targets/shown-url.ts';
import type { ScrapeLimits } from '../../model/targets/target.ts';
import type { FoundTarget } from '../found/target.ts';
import type { TargetSource } from './source.ts';
import { readJsonGroups } from './target-groups.ts';

/** Label with the URL that a target comes from. */
const URL_LABEL = '__meta_url';

/** The default limits of a scrape. */
const LIMITS: ScrapeLimits = {
  timeoutMs: 10_000,
  bodyBytes: 0,
  samples: 0,
  labels: 0,
  labelNameBytes: 0,
  labelValueBytes: 0,
};

/** As in Prometheus, discovery/http/http.go. */
const JSON_TYPE = /^application\/json(?:;\s*charset=(?:"utf-8"|utf-8))?$/i;

/** Gets the body at a URL. Rejects for any status but 200. */
export type Fetch = (
  asked: { readonly url: string; readonly http: HttpSettings; readonly limits: ScrapeLimits },
  deadline: AbortSignal,
) => Promise<{ readonly body: Buffer; readonly contentType: string }>;

/** Targets from a server, as in `http_sd_configs` of Prometheus. After a failure its last targets stay in use. */
export function httpSource({ url, refreshMs, http }: HttpDiscovery, fetch: Fetch): TargetSource {
  const headers = [
    { name: 'accept', value: new Secret('application/json') },
    {
      name: 'x-prometheus-refresh-interval-seconds',
      value: new Secret(String(refreshMs / 1000)),
    },
    ...http.headers,
  ];
  const asked = { url, http: { ...http, headers }, limits: LIMITS };
  let last: readonly FoundTarget[] = [];
  return {
    operation: 'http_sd',
    refreshMs,
    read: async (signal) => {
      try {
        const { body, contentType } = await fetch(asked, signal);
        if (!JSON_TYPE.test(contentType.trim())) {
          const given = JSON.stringify(contentType);
          throw new Error(`expected content-type application/json, got ${given}`);
        }
        last = readJsonGroups(body.toString(), { [URL_LABEL]: url });
        return { found: last, errors: [] };
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        return { found: last, errors: [`${shownUrl(url)}: ${message}`] };
      }
    },
  };
}
