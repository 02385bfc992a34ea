import { describe, expect, it } from '@jest/globals';
import { leftOutLines } from '../../../cli/describe/left-out.ts';
import { FAILURE_TEXTS } from '../../../cli/explain/failure-texts.ts';
import { SKIP_REASONS } from '../../../lambda/model/targets/left-out.ts';
import { DROP_TEXTS } from '../../../lambda/report/drop-texts.ts';

/** A text of its own, in words: the types make the lists complete. */
const IN_WORDS = /^[a-z]\S* \S+ .{10,}/i;

describe('the explanation of each reason', () => {
  it.each(Object.entries(DROP_TEXTS))('why a sample is dropped: %s', (_, text) => {
    expect(text).toMatch(IN_WORDS);
  });

  it.each(Object.entries(FAILURE_TEXTS))('why a target is down: %s', (_, text) => {
    expect(text).toMatch(IN_WORDS);
  });

  it.each(Object.entries<{ readonly remedy?: string }>(SKIP_REASONS))(
    'why a task is no target: %s',
    (reason, { remedy }) => {
      const skip = reason as keyof typeof SKIP_REASONS;
      const [line = ''] = leftOutLines({ reason: skip, count: 2, remedy, causes: [] });
      const [, text] = /^left out: 2 \w+(?:; remedy)?: (.*)$/.exec(line) ?? [];
      expect(text).toMatch(IN_WORDS);
    },
  );
});
