import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ENV } from '../../model/settings/names.ts';
import { ScrapeError } from '../../model/targets/scrape-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Addresses that no target may have, and their name in messages. */
interface Forbidden {
  readonly name: string;
  readonly addresses: BlockList;
}

/**
 * Link-local addresses, which no target has: AWS serves the metadata and the credentials of instances and tasks there,
 * and on IPv6 addresses of its own.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
const LINK_LOCAL: Forbidden = {
  name: 'link-local or metadata address',
  addresses: addressesOf(['169.254.0.0', 16], ['fd00:ec2::', 32], ['fe80::', 10]),
};

/** The machine of the process: `::1` is `::0.0.0.1`, and a connection to the unspecified addresses reaches loopback. */
const LOOPBACK: Forbidden = {
  name: 'loopback address inside Lambda',
  addresses: addressesOf(['127.0.0.0', 8], ['0.0.0.0', 8]),
};

/** Lambda gives a function the address of its runtime API in this variable: 127.0.0.1:9001, or a link-local address. */
const RUNTIME_API = 'AWS_LAMBDA_RUNTIME_API';

/** Of this process, as a default that no call can forget. */
const OF_PROCESS = forbiddenIn(process.env);

/**
 * The addresses that a process must not reach. On loopback a Lambda function has only its own runtime API and those of
 * extensions; elsewhere exporters of the same machine or task listen there.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export function forbiddenIn(environment: Environment): readonly Forbidden[] {
  const isFunction = Boolean(environment[RUNTIME_API]);
  const isAllowed = environment[ENV.allowLoopback] === 'true';
  return isFunction && !isAllowed ? [LINK_LOCAL, LOOPBACK] : [LINK_LOCAL];
}

/**
 * Refuses a URL whose host is a forbidden address, in any notation.
 * @throws ScrapeError
 */
export function refuseForbidden({ hostname }: URL, forbidden = OF_PROCESS): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  const refusal = refusalOf(address, forbidden);
  if (refusal !== undefined) throw refusal;
}

/** Resolves names as `lookup` does, but fails for a name with a forbidden address. */
export function guarded(lookup: LookupFunction, forbidden = OF_PROCESS): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, found, family) => {
      const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found];
      const refusals = error ? [] : addresses.map((each) => refusalOf(each, forbidden, hostname));
      callback(refusals.find((refusal) => refusal !== undefined) ?? error, found, family);
    });
}

function refusalOf(
  address: string,
  forbidden: readonly Forbidden[],
  name?: string,
): ScrapeError | undefined {
  const version = isIP(address);
  const type = version === 4 ? 'ipv4' : 'ipv6';
  const range = forbidden.find(({ addresses }) => version !== 0 && addresses.check(address, type));
  if (range === undefined) return undefined;
  const given = name === undefined ? address : `${name}, which is ${address}`;
  return new ScrapeError('forbidden_address', `expected no ${range.name}, got ${given}`);
}

function addressesOf(...ranges: readonly [address: string, bits: number][]): BlockList {
  const addresses = new BlockList();
  for (const [address, bits] of ranges) {
    // `isIP` would compile a large expression at each cold start.
    if (address.includes(':')) {
      addresses.addSubnet(address, bits, 'ipv6');
      continue;
    }
    // The list also matches IPv4-mapped addresses.
    addresses.addSubnet(address, bits, 'ipv4');
    // IPv4-compatible addresses (RFC 4291), and those of the well-known prefix of NAT64 (RFC 6052), which Amazon VPC
    // translates.
    addresses.addSubnet(`::${address}`, 96 + bits, 'ipv6');
    addresses.addSubnet(`64:ff9b::${address}`, 96 + bits, 'ipv6');
    // 6to4 addresses (RFC 3056) have the IPv4 address behind their first 16 bits.
    addresses.addSubnet(`2002:${hexOf(address)}::`, 16 + bits, 'ipv6');
  }
  return addresses;
}

/** The two groups of an IPv6 address that hold an IPv4 address. */
function hexOf(address: string): string {
  return Buffer.from(address.split('.').map(Number)).toString('hex').replace(/^.{4}/, '$&:');
}
