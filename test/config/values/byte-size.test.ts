import { describe, expect, it } from '@jest/globals';
import { parseByteSize } from '../../../lambda/config/values/byte-size.ts';

describe('sizes, in bytes', () => {
  it.each([
    ['0', 0],
    ['-0', 0],
    ['10B', 10],
    ['+10B', 10],
    ['10KB', 10_240],
    ['10KiB', 10_240],
    ['10MB', 10_485_760],
    ['1GiB512MiB', 1_610_612_736],
    ['1.5MB', 1_572_864],
    ['.5KB', 512],
  ])('%s is %d', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  it.each([
    '',
    '+',
    '++1B',
    '10',
    '1.5',
    'MB',
    '10kB',
    '10mb',
    '10 MB',
    '-1MB',
    '1GiB1MB',
    '10EB10EB',
  ])('%j is none', (text) => {
    expect(parseByteSize(text)).toBeUndefined();
  });
});
