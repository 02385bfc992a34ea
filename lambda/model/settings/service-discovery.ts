import type { HttpSettings } from './http.ts';

/** One entry of `file_sd_configs`: files that list targets. */
export interface FileDiscovery {
  /** Absolute paths, or relative to the working directory; `*` in the last part stands for any characters. */
  readonly patterns: readonly string[];
  /** Milliseconds for which the targets are reused. */
  readonly refreshMs: number;
}

/** One entry of `http_sd_configs`: a URL that lists targets. */
export interface HttpDiscovery {
  readonly url: string;
  /** Milliseconds for which an answer is reused. */
  readonly refreshMs: number;
  readonly http: HttpSettings;
}
