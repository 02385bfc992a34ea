import { describe, expect, it } from '@jest/globals';
import { runToEnd } from '../support/child.ts';
import { CLI } from '../support/collect.ts';
import { SENDER_SUITE } from '../support/places.ts';

/** Cases that fail on purpose, or may, each with its reason. */
const REASONS: Readonly<Record<string, string>> = {
  'TestBackoffBehavior_Old/exponential_backoff_on_retries':
    'waits have full jitter: their bound doubles, and not each is longer than the one before',
  'TestRetryBehavior_Old/no_retry_on_413':
    'what is too large is not sent again as it is, but in halves',
};

/** Cases that run at the same time. Most of them wait. */
const PARALLEL = 6;

/** Cases of the suite, each counted once. */
const CASES = 120;

describe("the sender suite of Prometheus' compliance project", () => {
  it('has nothing to say against fargauge collect but for what has a reason', async () => {
    const { stdout, stderr } = await runToEnd(
      SENDER_SUITE,
      ['-test.v', `-test.parallel=${PARALLEL}`, '-test.timeout=20m'],
      { FARGAUGE_NODE: process.execPath, FARGAUGE_CLI: CLI },
    );
    const results = resultsIn(stdout);
    const failed = [...results].filter(([, outcome]) => outcome !== 'PASS').map(([name]) => name);
    const unexplained = failed.filter((name) => !(name in REASONS));
    expect([...unexplained, ...(unexplained.length > 0 ? [stdout, stderr] : [])]).toEqual([]);
    expect(results.size).toBeGreaterThan(CASES);
  }, 1_260_000);
});

/** PASS, FAIL or SKIP of each case, without those that have others below them. */
function resultsIn(output: string): Map<string, string> {
  const all = [...output.matchAll(/^ *--- (PASS|FAIL|SKIP): (\S+)/gm)].map(
    ([, outcome = '', name = '']) => [name.replace(/\/fargauge$/, ''), outcome] as const,
  );
  const names = all.map(([name]) => name);
  return new Map(all.filter(([name]) => !names.some((other) => other.startsWith(`${name}/`))));
}
