import { describe, expect, it } from '@jest/globals';
import { MAX_WAIT_MS, waitMs, withRetries } from '../../../lambda/outputs/delivery/retry.ts';

const NEVER = new AbortController().signal;

/** Fails with each of the errors in turn, then works. */
function failing(...errors: readonly string[]) {
  const attempts = { made: 0 };
  const attempt = async () => {
    const message = errors[attempts.made++];
    if (message !== undefined) throw new Error(message);
    return 'done';
  };
  return { attempt, attempts };
}

/** Without a wait that a test would notice. */
const at = (maxAttempts: number, signal = NEVER) => ({ maxAttempts, random: () => 0, signal });
const always = () => 1;

describe('a call', () => {
  it('is tried until it works', async () => {
    const { attempt, attempts } = failing('a', 'b');
    expect(await withRetries(attempt, always, at(3))).toBe('done');
    expect(attempts.made).toBe(3);
  });

  it('fails with the last error after so many attempts', async () => {
    const { attempt, attempts } = failing('a', 'b', 'c');
    await expect(withRetries(attempt, always, at(2))).rejects.toThrow('b');
    expect(attempts.made).toBe(2);
  });

  it('fails at once where a further attempt would not help', async () => {
    const { attempt, attempts } = failing('a', 'b');
    await expect(withRetries(attempt, () => undefined, at(5))).rejects.toThrow('a');
    expect(attempts.made).toBe(1);
  });

  it('is not begun where the signal has come', async () => {
    const { attempt, attempts } = failing();
    const reason = new Error('too late');
    const retried = withRetries(attempt, always, at(5, AbortSignal.abort(reason)));
    await expect(retried).rejects.toBe(reason);
    expect(attempts.made).toBe(0);
  });

  it('that the signal ends fails with the error before it, or with its reason', async () => {
    for (const [errors, expected] of [
      [['a', 'ended'], 'a'],
      [['ended'], 'too late'],
    ] as const) {
      const end = new AbortController();
      const { attempt, attempts } = failing(...errors);
      const ending = () => {
        if (attempts.made === errors.length - 1) end.abort(new Error('too late'));
        return attempt();
      };
      await expect(withRetries(ending, always, at(5, end.signal))).rejects.toThrow(expected);
    }
  });
});

describe('the waits between attempts', () => {
  it('end with the signal', async () => {
    const end = new AbortController();
    const { attempt, attempts } = failing('a', 'b');
    const retried = withRetries(attempt, () => 1e6, {
      maxAttempts: 5,
      random: () => {
        queueMicrotask(() => end.abort());
        return 0.9;
      },
      signal: end.signal,
    });
    await expect(retried).rejects.toThrow('a');
    expect(attempts.made).toBe(1);
  });

  it.each([
    [100, 0, 0.999, 99.9],
    [100, 3, 0.5, 400],
    [500, 1, 0.25, 250],
    [500, 9, 0.5, MAX_WAIT_MS / 2],
    [500, 2_000, 0.5, MAX_WAIT_MS / 2],
    [500, 5, 0, 0],
  ])(
    'are of full jitter: %d ms, after %d others, at %d are %d ms',
    (first, before, random, wait) => {
      expect(waitMs(first, before, random)).toBeCloseTo(wait);
    },
  );
});
