import { describe, expect, it } from '@jest/globals';
import { Answers } from '../../lambda/rules/answers.ts';

/** Answers a number with its double, and keeps the questions that it could not answer from memory. */
function doubling(capacity: number) {
  const evaluated: string[] = [];
  const answers = new Answers(capacity, (question) => {
    evaluated.push(question);
    return Number(question) * 2;
  });
  const cycle = (questions: readonly number[]) => {
    answers.begin();
    evaluated.length = 0;
    for (const question of questions) expect(answers.to(String(question))).toBe(question * 2);
    expect(answers.size).toBeLessThanOrEqual(capacity);
    return evaluated.length;
  };
  return { answers, cycle };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('answers', () => {
  it('are evaluated once for as many questions as fit, however often they come', () => {
    const { cycle } = doubling(100);
    expect(cycle([...upTo(100), ...upTo(100)])).toBe(100);
    expect(cycle(upTo(100))).toBe(0);
    expect(cycle(upTo(100).reverse())).toBe(0);
  });

  it('to more questions than fit are evaluated for the rest only', () => {
    const { cycle } = doubling(100);
    expect(cycle(upTo(130))).toBe(130);
    for (let i = 0; i < 3; i++) expect(cycle(upTo(130))).toBe(30);
  });

  it('outlive a cycle that does not ask, not two', () => {
    const { answers, cycle } = doubling(100);
    cycle(upTo(50));
    cycle(upTo(10));
    expect(answers.size).toBe(50);
    expect(cycle(upTo(10))).toBe(0);
    expect(answers.size).toBe(10);
    expect(cycle(upTo(50))).toBe(40);
  });

  it('make room for others after two cycles', () => {
    const { cycle } = doubling(100);
    cycle(upTo(100));
    const others = upTo(100).map((question) => question + 1_000);
    cycle(others);
    cycle(others);
    expect(cycle(others)).toBe(0);
  });
});
