import * as z from 'zod';
import {
  DEFAULT_PROTOCOLS,
  SCRAPE_PROTOCOLS,
  type ScrapeProtocol,
  type ScrapeProtocols,
} from '../../model/settings/scrape-protocol.ts';
import type { Findings } from '../findings/findings.ts';
import { below, type Place } from '../findings/place.ts';

/** Prometheus prefers this protocol if native histograms are on. */
const NOT_READ = 'PrometheusProto';

const KNOWN = [...SCRAPE_PROTOCOLS, NOT_READ] as const;

const PROTOCOL = `one of ${KNOWN.map((name) => JSON.stringify(name)).join(', ')}`;
const EACH_ONCE = 'each protocol once';

const protocol = z.enum(KNOWN, PROTOCOL);

/** A job without the key takes the protocols of `global`. */
export const scrapeProtocols = z
  .array(protocol)
  .refine((all) => new Set(all).size === all.length, EACH_ONCE)
  .default([]);

/** The empty text means none, as in Prometheus. */
export const fallbackScrapeProtocol = z
  .enum([...KNOWN, ''], PROTOCOL)
  .transform((name) => name || undefined)
  .optional();

/** The keys about protocols of a job, or of `global`. */
export interface ProtocolKeys {
  readonly scrape_protocols: z.output<typeof scrapeProtocols>;
  readonly fallback_scrape_protocol?: z.output<typeof fallbackScrapeProtocol>;
}

export function toScrapeProtocols(entry: ProtocolKeys, global: ProtocolKeys): ScrapeProtocols {
  const fallback = entry.fallback_scrape_protocol;
  const accepted = [entry, global]
    .map((keys) => keys.scrape_protocols.filter(isRead))
    .find((protocols) => protocols.length > 0);
  return {
    accepted: accepted ?? DEFAULT_PROTOCOLS.accepted,
    ...(fallback !== undefined && isRead(fallback) && { fallback }),
  };
}

/** Warns of protocols that Fargauge never requests. */
export function warnOfProtocols(
  { scrape_protocols: protocols, fallback_scrape_protocol: fallback }: ProtocolKeys,
  place: Place,
  findings: Findings,
): void {
  const text = 'has no effect: Fargauge does not read protobuf';
  const index = protocols.indexOf(NOT_READ);
  if (index >= 0) findings.warn(below(place, 'scrape_protocols', index), `${NOT_READ} ${text}`);
  if (fallback === NOT_READ) {
    findings.warn(below(place, 'fallback_scrape_protocol'), `${NOT_READ} ${text}`);
  }
}

function isRead(protocol: (typeof KNOWN)[number]): protocol is ScrapeProtocol {
  return protocol !== NOT_READ;
}
