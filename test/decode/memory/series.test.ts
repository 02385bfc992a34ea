import { describe, expect, it } from '@jest/globals';
import { MemoryBudget } from '../../../lambda/decode/memory/budget.ts';
import { decodeText, textMemory } from '../../../lambda/decode/text/decoder.ts';
import { hashBytes } from '../../../lambda/decode/tokens/bytes.ts';
import type { Series } from '../../../lambda/model/samples/sample.ts';
import { outcomeOf } from '../text/outcome.ts';

/** One line for each number from `start` to before `end`. */
function lines(start: number, end: number): Buffer {
  let text = '';
  for (let i = start; i < end; i++) text += `name{number="${i}"} ${i}\n`;
  return Buffer.from(text);
}

describe('A memory of series', () => {
  it('tells how many lines it holds, and how many bytes at least', () => {
    const memory = textMemory();
    expect([memory.lines, memory.bytes]).toEqual([0, 0]);
    const body = Buffer.from('# HELP a text\n# TYPE a gauge\na{b="c"} 1\na{b="d"} 2\n');
    decodeText(body, memory);
    decodeText(body, memory);
    expect(memory.lines).toBe(4);
    expect(memory.bytes).toBeGreaterThan(body.length);
  });

  it('takes less for lines that are not wanted, which share one meaning', () => {
    const [all, none] = [textMemory(), textMemory()];
    decodeText(lines(0, 100), all);
    decodeText(lines(0, 100), none, { wanted: () => false });
    expect(none.lines).toBe(all.lines);
    expect(none.bytes).toBeLessThan(all.bytes * 0.6);
  });

  it('starts anew, without a trace in its budget, where something else is wanted', () => {
    const budget = new MemoryBudget();
    const memory = textMemory(budget);
    decodeText(lines(0, 100), memory, { wanted: () => false });
    decodeText(lines(0, 1), memory, { wanted: () => true });
    expect(memory.lines).toBe(1);
    expect(budget.bytes).toBe(memory.bytes);
  });

  it('keeps one line for all targets that send it', () => {
    const memory = textMemory();
    for (const own of ['x', 'y', 'z']) {
      decodeText(Buffer.from(`a 1\nb{own="${own}"} 2\nc 3\n`), memory);
    }
    expect(memory.lines).toBe(5);
  });

  it('stays below its capacity, but for the names of one exposition', () => {
    const capacity = 100_000;
    const memory = textMemory(new MemoryBudget(capacity));
    for (let scrape = 0; scrape < 100; scrape++) {
      decodeText(lines(scrape * 100, scrape * 100 + 100), memory);
      expect(memory.bytes).toBeLessThan(capacity * 1.01);
    }
    expect(memory.lines).toBeGreaterThan(100);
  });

  it('counts names too, so that a target that invents them cannot fill it', () => {
    const capacity = 100_000;
    const memory = textMemory(new MemoryBudget(capacity));
    for (let scrape = 0; scrape < 100; scrape++) {
      const text = Array.from({ length: 50 }, (_, i) => `name_${scrape}_${i} 1\n`).join('');
      decodeText(Buffer.from(text), memory);
      expect(memory.bytes).toBeLessThan(capacity * 1.5);
    }
  });

  it('goes on knowing what it knows when it is full', () => {
    const memory = textMemory(new MemoryBudget(100_000));
    const known = lines(0, 200);
    const [before] = decodeText(known, memory).samples;
    decodeText(lines(200, 400), memory);
    const full = memory.lines;
    decodeText(lines(200, 400), memory);
    const [after] = decodeText(known, memory).samples;
    expect(after?.series).toBe(before?.series);
    expect(memory.lines).toBe(full);
  });

  it('serves a part of a job that is five times larger, cycle after cycle', () => {
    const memory = textMemory(new MemoryBudget(100_000));
    let known = 0;
    let last = new Map<string | undefined, Series>();
    for (let cycle = 0; cycle < 12; cycle++) {
      const now = new Map<string | undefined, Series>();
      for (let target = 0; target < 20; target++) {
        for (const { series } of decodeText(lines(target * 100, target * 100 + 100), memory)
          .samples) {
          now.set(series.labels.number, series);
          if (last.get(series.labels.number) === series) known++;
        }
      }
      last = now;
    }
    expect(known / (11 * 2_000)).toBeGreaterThan(0.1);
  });

  it('starts anew when it is full of what nobody sends any more', () => {
    const memory = textMemory(new MemoryBudget(100_000));
    decodeText(lines(0, 1_000), memory);
    const now = lines(5_000, 5_100);
    for (let scrape = 0; scrape < 100; scrape++) decodeText(now, memory);
    const [before] = decodeText(now, memory).samples;
    const [after] = decodeText(now, memory).samples;
    expect(after?.series).toBe(before?.series);
    expect(memory.lines).toBe(100);
  });

  it('knows only a part of an exposition that is larger than itself, and is right about it', () => {
    const memory = textMemory(new MemoryBudget(10_000));
    const body = lines(0, 1_000);
    for (let scrape = 0; scrape < 5; scrape++) {
      expect(outcomeOf(body, memory)).toEqual(outcomeOf(body));
    }
  });

  it('is right about lines that were made to share one place in its table', () => {
    const memory = textMemory();
    const body = Buffer.from(`${colliding(40).join('\n')}\n`);
    for (let scrape = 0; scrape < 3; scrape++) {
      expect(outcomeOf(body, memory)).toEqual(outcomeOf(body));
    }
    expect(memory.lines).toBeLessThan(40);
  });

  it.each([0, -1, 1.5, Number.NaN])('cannot have a capacity of %d', (capacity) => {
    expect(() => textMemory(new MemoryBudget(capacity))).toThrow(
      new RangeError(`expected a capacity of 1 or more bytes, got ${capacity}`),
    );
  });
});

describe('Memories that share a budget', () => {
  it('hold no more together than one alone', () => {
    const budget = new MemoryBudget(100_000);
    const memories = Array.from({ length: 5 }, () => textMemory(budget));
    for (let scrape = 0; scrape < 20; scrape++) {
      for (const memory of memories) {
        decodeText(lines(scrape * 100, scrape * 100 + 100), memory);
        const sum = memories.reduce((bytes, each) => bytes + each.bytes, 0);
        expect(budget.bytes).toBe(sum);
        expect(sum).toBeLessThan(101_000);
      }
    }
  });

  it('start anew together when one is full of what nobody sends any more', () => {
    const budget = new MemoryBudget(100_000);
    const [gone, alive] = [textMemory(budget), textMemory(budget)];
    decodeText(lines(0, 1_000), gone);
    const now = lines(5_000, 5_100);
    for (let scrape = 0; scrape < 100; scrape++) decodeText(now, alive);
    expect([gone.lines, alive.lines]).toEqual([0, 100]);
    expect(budget.bytes).toBe(alive.bytes);
  });

  it('count what they hold, also of an exposition that cannot be decoded', () => {
    const budget = new MemoryBudget();
    const memory = textMemory(budget);
    expect(() => decodeText(Buffer.from('a 1\nb{c="d"} x\n'), memory)).toThrow('line 2');
    expect(memory.lines).toBe(2);
    expect(budget.bytes).toBe(memory.bytes);
  });
});

/** Sample lines whose keys' hashes have the same 12 last bits, more than a small table looks at. */
function colliding(count: number): string[] {
  const found: string[] = [];
  for (let i = 0; found.length < count; i++) {
    const key = Buffer.from(`a${i} `);
    const view = new DataView(key.buffer, key.byteOffset, key.length);
    if ((hashBytes(view, 0, key.length) & 0xfff) === 0) found.push(`${key}${i}`);
  }
  return found;
}
