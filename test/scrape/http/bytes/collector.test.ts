import { describe, expect, it } from '@jest/globals';
import { ByteCollector } from '../../../../lambda/scrape/http/bytes/collector.ts';

const KIB = 1024;

function collected(parts: readonly Buffer[]): ByteCollector {
  const collector = new ByteCollector();
  for (const part of parts) collector.append(part, 0, part.length);
  return collector;
}

describe('Bytes that come in parts', () => {
  it('are one after the other, whatever the sizes of the parts', () => {
    const parts = [1, 16, 17, 40 * KIB, 3].map((size, n) => Buffer.alloc(size, n + 1));
    const collector = collected(parts);
    expect(collector.bytes.equals(Buffer.concat(parts))).toBe(true);
    expect(collector.length).toBe(parts.reduce((sum, { length }) => sum + length, 0));
  });

  it('are taken from where the part says', () => {
    const collector = new ByteCollector();
    collector.append(Buffer.from('0123456789'), 2, 5);
    expect(collector.bytes.toString()).toBe('234');
  });

  it('need room for little more than what has come', () => {
    const { length, capacity } = collected(Array.from({ length: 100 }, () => Buffer.alloc(KIB)));
    expect(capacity).toBeGreaterThanOrEqual(length);
    expect(capacity).toBeLessThanOrEqual(length * 1.5);
  });

  it('give the memory back at once that they have outgrown', () => {
    const collector = collected([Buffer.alloc(16 * KIB, 'a')]);
    const outgrown = collector.bytes;
    collector.append(Buffer.alloc(16 * KIB, 'b'), 0, 16 * KIB);
    expect(outgrown).toHaveLength(0);
    expect(collector.bytes.toString('latin1', 16 * KIB - 1, 16 * KIB + 1)).toBe('ab');
  });

  it('stay whole for who has them when they begin anew', () => {
    const collector = collected([Buffer.from('head')]);
    const { bytes } = collector;
    collector.clear();
    collector.append(Buffer.from('body'), 0, 4);
    expect([bytes.toString(), collector.bytes.toString()]).toEqual(['head', 'body']);
  });
});
