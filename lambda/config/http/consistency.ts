import type { Findings } from '../findings/findings.ts';
import { describeGiven } from '../findings/given.ts';
import { lookup } from '../findings/lookup.ts';
import { below, type Path, type Place } from '../findings/place.ts';
import { type HttpClient, TLS_VERSIONS } from './client.ts';

/** Settings of which a request can have only one, each with the places where it may stand. */
const ALTERNATIVES: readonly (readonly Path[])[] = [
  [['basic_auth'], ['authorization'], ['bearer_token'], ['bearer_token_file']],
  ...(['username', 'password'] as const).map((key) => inOrFile('basic_auth', key)),
  inOrFile('authorization', 'credentials'),
  ...(['ca', 'cert', 'key'] as const).map((key) => inOrFile('tls_config', key)),
];

/**
 * Headers that the collector or Node.js sets itself: ReservedHeaders of prometheus/common in lower case, and
 * `transfer-encoding`, which would announce a body.
 * https://github.com/prometheus/common/blob/main/config/headers.go
 */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  ...['authorization', 'host', 'content-encoding', 'content-length', 'content-type', 'user-agent'],
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'www-authenticate'],
  ...['accept-encoding', 'transfer-encoding', 'x-prometheus-remote-write-version'],
  ...['x-prometheus-remote-read-version', 'x-prometheus-scrape-timeout-seconds'],
  ...['x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'],
]);

/** Checks the keys of `httpClientShape` in `section` at `place` against each other. Their values may still be wrong. */
export function checkHttpClient(section: unknown, place: Place, findings: Findings): void {
  for (const paths of ALTERNATIVES) {
    const [first, ...others] = paths.filter((path) => isSet(section, path));
    for (const path of others) {
      findings.reject(below(place, ...path), `either this key or ${first?.at(-1)}`, 'both');
    }
  }
  const type = lookup(section, 'authorization', 'type');
  if (typeof type === 'string' && type.trim().toLowerCase() === 'basic') {
    const expected = 'a type other than Basic, for which basic_auth exists';
    findings.reject(below(place, 'authorization', 'type'), expected, describeGiven(type));
  }
  checkTls(section, place, findings);
  for (const key of ['http_headers', 'headers']) {
    const headers = lookup(section, key);
    if (typeof headers !== 'object' || headers === null) continue;
    for (const name of Object.keys(headers)) {
      if (!RESERVED_HEADERS.has(name.toLowerCase())) continue;
      const expected = 'a header that the collector does not set itself';
      findings.reject(below(place, key, name), expected, JSON.stringify(name));
    }
  }
}

function checkTls(section: unknown, place: Place, findings: Findings): void {
  const [cert, key] = (['cert', 'key'] as const).map((name) =>
    inOrFile('tls_config', name).some((path) => isSet(section, path)),
  );
  if (cert && !key) {
    const expected = 'the private key of cert, here or in key_file';
    findings.reject(below(place, 'tls_config', 'key'), expected, 'nothing');
  }
  if (key && !cert) {
    const expected = 'the certificate of key, here or in cert_file';
    findings.reject(below(place, 'tls_config', 'cert'), expected, 'nothing');
  }
  const versions = Object.keys(TLS_VERSIONS);
  const [min, max] = ['min_version', 'max_version'].map((name) =>
    lookup(section, 'tls_config', name),
  );
  const [from, to] = [min, max].map((version) => versions.indexOf(String(version)));
  if (from === undefined || to === undefined || from < 0 || to < 0 || from <= to) return;
  const expected = `at least the min_version ${min}`;
  findings.reject(below(place, 'tls_config', 'max_version'), expected, describeGiven(max));
}

/** The two places of a setting: the key itself, and the key that names a file. */
function inOrFile<S extends 'basic_auth' | 'authorization' | 'tls_config'>(
  section: S,
  key: keyof NonNullable<HttpClient[S]> & string,
): readonly Path[] {
  return [
    [section, key],
    [section, `${key}_file`],
  ];
}

/** An empty text counts as not set, as in Go. */
function isSet(section: unknown, path: Path): boolean {
  const found = lookup(section, ...path);
  return found !== undefined && found !== '';
}
