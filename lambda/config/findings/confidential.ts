const CONFIDENTIAL_SECTIONS: ReadonlySet<string | number> = new Set([
  ...['basic_auth', 'authorization', 'bearer_token', 'oauth2', 'http_headers', 'headers'],
  ...['proxy_url', 'proxy_connect_header', 'secret_key', 'params'],
]);

/** Whether a wrong value at `path` may be a secret, or hold one. */
export function isConfidential(path: readonly (string | number)[]): boolean {
  if (path.some((key) => CONFIDENTIAL_SECTIONS.has(key))) return true;
  const tls = path.indexOf('tls_config');
  return tls >= 0 && (tls === path.length - 1 || path[tls + 1] === 'key');
}
