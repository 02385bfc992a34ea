import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { AnsweringThread } from '../../../../infra/configuration/check/answering-thread.ts';

const run = promisify(execFile);

const PROGRAMS = join(import.meta.dirname, 'programs');

interface Answer {
  readonly question: string;
  readonly threadId: number;
}

function echo(timeoutMs?: number) {
  return new AnsweringThread<string, Answer>(join(PROGRAMS, 'echo.ts'), timeoutMs);
}

describe('a thread that answers while its caller waits', () => {
  it('is the same for all questions', () => {
    const thread = echo();
    const [first, second] = ['first', 'second'].map((question) => thread.ask(question));
    expect(first?.question).toBe('first');
    expect(second).toEqual({ question: 'second', threadId: first?.threadId });
  });

  it('says that there is no answer in time', () => {
    expect(() => echo(50).ask('silence')).toThrow('expected an answer within 50 ms, got none');
  });

  it('fails as its program does, and answers the next question', () => {
    const thread = echo();
    expect(() => thread.ask('failure')).toThrow('as asked for');
    expect(thread.ask('next').question).toBe('next');
  });

  it('lets its process end, whose options it does not take', async () => {
    const preload = `--import=data:text/javascript,console.log('preloaded')`;
    const { stdout } = await run(process.execPath, [join(PROGRAMS, 'asks-once.ts')], {
      env: { ...process.env, NODE_OPTIONS: preload },
    });
    expect(stdout).toBe('preloaded\nonce\n');
  });
});
