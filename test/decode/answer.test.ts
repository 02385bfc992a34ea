import { describe, expect, it } from '@jest/globals';
import { AnswerDecoder, MAX_JOB_MEMORIES } from '../../lambda/decode/answer.ts';
import { DEFAULT_PROTOCOLS } from '../../lambda/model/settings/scrape-protocol.ts';

const LINES = ['a{x="1"}', 'a{x="2"}'];
const ANSWER = {
  body: Buffer.from(LINES.map((line) => `${line} 1\n`).join('')),
  contentType: 'text/plain; version=0.0.4',
};

describe('what is remembered of targets', () => {
  it('is bounded where each task has a job of its own, and every answer is decoded all the same', () => {
    const decoder = new AnswerDecoder();
    const counts = new Set<number>();
    for (let number = 0; number < MAX_JOB_MEMORIES + 50; number++) {
      const job = `task-${number}`;
      const { samples } = decoder.decode({ job, protocols: DEFAULT_PROTOCOLS }, ANSWER);
      counts.add(samples.length);
    }
    expect([...counts]).toEqual([LINES.length]);
    // All others have one memory together.
    expect(decoder.remembered.lines).toBe((MAX_JOB_MEMORIES + 1) * LINES.length);
  });
});
