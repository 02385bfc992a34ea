import type { JobFacts } from '../../configuration/check/check.ts';
import { forecast, type KnownLabels } from '../../configuration/relabel-forecast.ts';

/** Labels that decide how a target is scraped; relabeling can change them. */
const ADDRESS = '__address__';
const SCHEME = '__scheme__';

const CONSTANT_PORT = /:(\d{1,5})$/;

/**
 * The known ports of a target's address after the relabeling of its job: more than one if a rule may or may not replace
 * the address, none if the target is dropped.
 *
 * @param address `host:port`, or a host
 * @param labels the known labels of the target
 * @returns undefined if the port depends on unknown labels
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
  // A `labelmap` may write to any label, but nobody uses it for the address.
  const written = relabeling
    .filter(({ targetLabel }) => targetLabel === ADDRESS)
    .map(({ action, replacement }) =>
      action === 'replace' ? CONSTANT_PORT.exec(replacement)?.[1] : undefined,
    );
  if (written.includes(undefined)) return undefined;
  return [...new Set([...portOf(address, usedScheme), ...written.map(Number)])];
}

/** The port of an address, or of its scheme; none if the text is not an address. */
export function portOf(address: string, scheme: string): number[] {
  const url = `${scheme}://${address}`;
  if (address === '' || !URL.canParse(url)) return [];
  return [Number(new URL(url).port) || (scheme === 'https' ? 443 : 80)];
}
