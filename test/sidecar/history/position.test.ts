import { describe, expect, it } from '@jest/globals';
import { readPosition, writePosition } from '../../../sidecar/history/position.ts';

describe('A position in the history', () => {
  it.each([
    ['0', 0, Infinity],
    ['1777615200.25', 1_777_615_200_250, Infinity],
    ['1777615200.25,1777615140', 1_777_615_200_250, 1_777_615_140],
    ['1777615200.251,1777615139.999', 1_777_615_200_251, 1_777_615_139.999],
  ])('has the cursor %s', (cursor, recorded, before) => {
    expect(readPosition(cursor)).toEqual({ recorded, before });
    expect(writePosition({ recorded, before })).toBe(cursor);
  });

  it.each([
    ...['', '-1', '1e3', 'now', '1.', '12345678901234', '1.1234567', '0x10'],
    ...['1,', ',1', '1,now', '1,2,3', '1, 2'],
  ])('is not %j', (cursor) => {
    expect(readPosition(cursor)).toBeUndefined();
  });
});
