import { describe, expect, it } from '@jest/globals';
import { withProgress } from '../../../cli/terminal/progress.ts';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  const third = Promise.withResolvers<void>();
  const write = (text: string) => {
    written.push(text);
    if (written.length === 3) third.resolve();
  };
  return { isTTY, write, written, third: third.promise };
}

describe('the line of progress', () => {
  it('appears on a terminal after a while, counts, and is gone at the end', async () => {
    const screen = terminal(true);
    const timing = { terminal: screen, quietMs: 1, stepMs: 1 };
    const result = await withProgress(
      'scraping',
      screen.third.then(() => 'done'),
      timing,
    );
    expect(result).toBe('done');
    expect(screen.written.slice(0, 3)).toEqual(Array(3).fill('\r\u001b[Kscraping, 0 s'));
    expect(screen.written.at(-1)).toBe('\r\u001b[K');
  });

  it('does not appear for what takes less', async () => {
    const screen = terminal(true);
    await withProgress('scraping', Promise.resolve(), { terminal: screen, quietMs: 60_000 });
    expect(screen.written).toEqual([]);
  });

  it('does not appear in a pipe', async () => {
    const pipe = terminal(false);
    const later = new Promise((resolve) => setImmediate(resolve));
    await withProgress('scraping', later, { terminal: pipe, quietMs: 0 });
    expect(pipe.written).toEqual([]);
  });

  it('is gone after a failure, too', async () => {
    const screen = terminal(true);
    const failing = screen.third.then(() => Promise.reject(new Error('lost')));
    const timing = { terminal: screen, quietMs: 1, stepMs: 1 };
    await expect(withProgress('scraping', failing, timing)).rejects.toThrow('lost');
    expect(screen.written.at(-1)).toBe('\r\u001b[K');
  });
});
