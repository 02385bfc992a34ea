/** Defaults of Prometheus, in milliseconds. */
export const DEFAULT_SCRAPE_INTERVAL_MS = 60_000;
const DEFAULT_SCRAPE_TIMEOUT_MS = 10_000;

/** Interval and timeout as written, in milliseconds; 0 and undefined mean the default. */
export interface WrittenTiming {
  readonly intervalMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Interval and timeout in effect, in milliseconds. */
export interface Timing {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** The timing in effect, with defaults as in GlobalConfig.UnmarshalYAML and ScrapeConfig.Validate of Prometheus. */
export function effectiveTiming(
  written: WrittenTiming,
  fallback: Timing = {
    intervalMs: DEFAULT_SCRAPE_INTERVAL_MS,
    timeoutMs: DEFAULT_SCRAPE_TIMEOUT_MS,
  },
): Timing {
  const intervalMs = written.intervalMs || fallback.intervalMs;
  return { intervalMs, timeoutMs: written.timeoutMs || Math.min(fallback.timeoutMs, intervalMs) };
}
