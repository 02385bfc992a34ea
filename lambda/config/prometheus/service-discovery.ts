import { dirname, isAbsolute, join } from 'node:path';
import * as z from 'zod';
import type { HttpSettings } from '../../model/settings/http.ts';
import type { FileDiscovery, HttpDiscovery } from '../../model/settings/service-discovery.ts';
import { text } from '../findings/keys.ts';
import { withoutEffect } from '../findings/without-effect.ts';
import { httpClientShape } from '../http/client.ts';
import { prometheusDuration } from '../values/duration.ts';

/** Targets from files and from HTTP servers, which share a format. */

/** Default of Prometheus. */
const DEFAULT_FILE_REFRESH = '5m';
const DEFAULT_HTTP_REFRESH = '1m';

export const FILES =
  'a path that ends in .json, .yml or .yaml, with * in its last part at most, and only once';

/** patFileSDName of Prometheus, discovery/file/file.go. */
const FILE_PATTERN = /^[^*]*(?:\*[^/]*)?\.(?:json|yml|yaml|JSON|YML|YAML)$/;

const URL_EXPECTED = 'an http or https URL without user name and password';

const sourceUrl = z.string(URL_EXPECTED).refine((given) => {
  const url = URL.parse(given);
  // Credentials have keys of their own, which messages never show.
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === '';
}, URL_EXPECTED);

/** Schema of an entry of `file_sd_configs`. */
export const fileSdConfig = z.strictObject({
  files: z.array(text).min(1, 'at least one file'),
  refresh_interval: prometheusDuration.prefault(DEFAULT_FILE_REFRESH),
});

/** Schema of an entry of `http_sd_configs`. */
export const httpSdConfig = z.strictObject({
  url: sourceUrl,
  refresh_interval: prometheusDuration.prefault(DEFAULT_HTTP_REFRESH),
  ...httpClientShape,
  ...withoutEffect({ enable_http2: null }),
});

/** Whether file discovery accepts a path. */
export function isFilePattern(path: string): boolean {
  return FILE_PATTERN.test(path);
}

/** @param source the document; relative paths begin in its folder */
export function toFileDiscovery(
  { files, refresh_interval: refreshMs }: z.output<typeof fileSdConfig>,
  resultFile: string,
  source: string,
): FileDiscovery {
  const patterns = files
    .filter((path) => path !== resultFile)
    .map((path) => (isAbsolute(path) ? path : join(dirname(source), path)));
  return { patterns, refreshMs };
}

export function toHttpDiscovery(
  { url, refresh_interval: refreshMs }: z.output<typeof httpSdConfig>,
  http: HttpSettings,
): HttpDiscovery {
  return { url, refreshMs, http };
}
