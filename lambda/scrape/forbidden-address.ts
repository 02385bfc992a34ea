import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ScrapeError } from './scrape-error.ts';

/**
 * Addresses that are no target of anybody: link-local ones, among which AWS has the metadata and the credentials of
 * instances and tasks, and its IPv6 ones.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('169.254.0.0', 16, 'ipv4');
FORBIDDEN.addSubnet('fd00:ec2::', 32, 'ipv6');
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
// The first again, behind the well-known prefix of NAT64 (RFC 6052), which Amazon VPC translates.
FORBIDDEN.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');

/**
 * Refuses a URL whose host is a forbidden address itself, however it is written.
 * @throws ScrapeError
 */
export function refuseForbidden({ hostname }: URL): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isForbidden(address)) throw forbidden(address);
}

/** Resolves names as `lookup` does, but none that has a forbidden address: those are errors. */
export function guarded(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, found, family) => {
      const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found];
      const address = error ? undefined : addresses.find(isForbidden);
      callback(address === undefined ? error : forbidden(address, hostname), found, family);
    });
}

function isForbidden(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && FORBIDDEN.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

function forbidden(address: string, name?: string): ScrapeError {
  const given = name === undefined ? address : `${name}, which is ${address}`;
  const message = `expected no link-local or metadata address, got ${given}`;
  return new ScrapeError('forbidden_address', message);
}
