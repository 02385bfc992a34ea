import type { JobFacts } from '../../configuration/check/check.ts';
import { forecast, type KnownLabels } from '../../configuration/relabel-forecast.ts';

/** Labels by which a target, and relabeling, say how it is scraped. */
const ADDRESS = '__address__';
const SCHEME = '__scheme__';

const CONSTANT_PORT = /:(\d{1,5})$/;

/**
 * The ports of a target's address after the relabeling of its job, as far as it is known before anything runs: more than one where a
 * rule may replace it or not, none where the target is dropped.
 *
 * @param address `host:port`, or a host
 * @param labels those of the target that are known
 * @returns undefined where the port depends on labels that are not known
 */
export function relabeledPorts(
  address: string,
  labels: KnownLabels,
  { name, scheme, relabeling }: Pick<JobFacts, 'name' | 'scheme' | 'relabeling'>,
): readonly number[] | undefined {
  const known = { job: name, [SCHEME]: scheme, ...labels, [ADDRESS]: address };
  const result = forecast(known, relabeling);
  if (result === undefined) return [];
  const usedScheme = result[SCHEME] ?? scheme;
  if (ADDRESS in result) return portOf(result[ADDRESS] ?? '', usedScheme);
  // A map of labels, which may write to any, does not mean the address.
  const written = relabeling
    .filter(({ targetLabel }) => targetLabel === ADDRESS)
    .map(({ action, replacement }) =>
      action === 'replace' ? CONSTANT_PORT.exec(replacement)?.[1] : undefined,
    );
  if (written.includes(undefined)) return undefined;
  return [...new Set([...portOf(address, usedScheme), ...written.map(Number)])];
}

/** The port of an address, or of its scheme; none where the text is no address. */
export function portOf(address: string, scheme: string): number[] {
  const url = `${scheme}://${address}`;
  if (address === '' || !URL.canParse(url)) return [];
  return [Number(new URL(url).port) || (scheme === 'https' ? 443 : 80)];
}
