import type { SecureVersion } from 'node:tls';
import * as z from 'zod';
import { blankableText, flag, notYet, text } from '../findings/keys.ts';

/**
 * Keys of an HTTP request beyond its URL; consistency.ts checks them against each other.
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#http_config
 */

const HEADER = 'the name of an HTTP header';

/** RFC 9110, section 5.6.2: a token. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;

/** The names of TLS versions in Prometheus, and in Node.js. */
export const TLS_VERSIONS = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
} as const satisfies Record<string, SecureVersion>;

const VERSION = `one of ${Object.keys(TLS_VERSIONS).join(', ')}`;

const tlsVersion = z
  .enum(Object.keys(TLS_VERSIONS) as (keyof typeof TLS_VERSIONS)[], VERSION)
  .transform((version) => TLS_VERSIONS[version]);

const basicAuth = z.strictObject({
  username: blankableText.optional(),
  username_file: blankableText.optional(),
  password: blankableText.optional(),
  password_file: blankableText.optional(),
});

const authorization = z.strictObject({
  type: blankableText.optional(),
  credentials: blankableText.optional(),
  credentials_file: blankableText.optional(),
});

const tlsConfig = z.strictObject({
  ca: blankableText.optional(),
  ca_file: blankableText.optional(),
  cert: blankableText.optional(),
  cert_file: blankableText.optional(),
  key: blankableText.optional(),
  key_file: blankableText.optional(),
  server_name: blankableText.optional(),
  insecure_skip_verify: flag.default(false),
  min_version: tlsVersion.optional(),
  max_version: tlsVersion.optional(),
});

const header = z.strictObject({
  values: z.array(z.string('a string')).default([]),
  secrets: z.array(z.string('a string')).default([]),
  files: z.array(text).default([]),
});

const httpHeaders = z.record(z.string(), header).superRefine(
  (headers, context) => {
    for (const name of Object.keys(headers)) {
      if (HEADER_NAME.test(name)) continue;
      const params = { given: JSON.stringify(name) };
      context.addIssue({ code: 'custom', message: HEADER, path: [name], params });
    }
  },
  // Runs the check beside wrong values, too.
  { when: ({ value }) => typeof value === 'object' && value !== null },
);

/** Keys of a job, and of a discovery over HTTP. */
export const httpClientShape = {
  basic_auth: basicAuth.optional(),
  authorization: authorization.optional(),
  bearer_token: blankableText.optional(),
  bearer_token_file: blankableText.optional(),
  tls_config: tlsConfig.optional(),
  http_headers: httpHeaders.default({}),
  follow_redirects: flag.default(true),
  ...notYet('Prometheus', [
    ...(['oauth2', 'proxy_url', 'no_proxy', 'proxy_from_environment'] as const),
    ...(['proxy_connect_header'] as const),
  ]),
};

const httpClient = z.object(httpClientShape);

/** The output of `httpClientShape`. */
export type HttpClient = z.output<typeof httpClient>;
