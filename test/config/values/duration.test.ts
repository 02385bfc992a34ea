import { describe, expect, it } from '@jest/globals';
import { parseGoDuration } from '../../../lambda/config/values/duration.ts';
import {
  formatPrometheusDuration,
  parsePrometheusDuration,
} from '../../../lambda/model/settings/duration.ts';

describe('Go durations, in milliseconds', () => {
  it.each([
    ['1m', 60_000],
    ['1m30s', 90_000],
    ['30s1m', 90_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1.s', 1_000],
    ['500ms', 500],
    ['1h1h', 7_200_000],
    ['1us', 0.001],
    ['1µs', 0.001],
    ['1μs', 0.001],
    ['1000000ns', 1],
  ])('%s is %d', (text, milliseconds) => {
    expect(parseGoDuration(text)).toBe(milliseconds);
  });

  it.each(['', '0', '0s', '5', '1d', '-1m', '1 m', ' 1m', '1m ', '1M', 's', '.s', '1..s', '600h'])(
    '%j is none that can be waited for',
    (text) => {
      expect(parseGoDuration(text)).toBeUndefined();
    },
  );
});

describe('Prometheus durations, in milliseconds', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['1m', 60_000],
    ['1m30s', 90_000],
    ['1d12h', 129_600_000],
    ['1w', 604_800_000],
    ['1s500ms', 1_500],
  ])('%s is %d', (text, milliseconds) => {
    expect(parsePrometheusDuration(text)).toBe(milliseconds);
  });

  it.each(['', '5', '1.5m', '30s1m', '1m1m', '-1m', '1m ', '1us', 'm', '1y'])(
    '%j is none that can be waited for',
    (text) => {
      expect(parsePrometheusDuration(text)).toBeUndefined();
    },
  );
});

describe('Prometheus durations, as text', () => {
  it.each([
    [0, '0s'],
    [60_000, '1m'],
    [15_000, '15s'],
    [90_500, '1m30s500ms'],
    [86_400_000, '1d'],
    [90_000_000, '25h'],
    [604_800_000, '1w'],
  ])('%d milliseconds are %s', (milliseconds, text) => {
    expect(formatPrometheusDuration(milliseconds)).toBe(text);
    expect(parsePrometheusDuration(text)).toBe(milliseconds);
  });
});
