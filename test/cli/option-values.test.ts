import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from 'commander';
import { duration } from '../../cli/options/duration.ts';
import { endpointUrl } from '../../cli/options/endpoint-url.ts';

describe('a duration', () => {
  it.each([
    ['1ms', 1],
    ['250ms', 250],
    ['10s', 10_000],
    ['1.5s', 1_500],
    ['1m', 60_000],
    ['1m30s', 90_000],
    ['.5s', 500],
    ['2h', 7_200_000],
    // 1004.9999999999999 in floating point.
    ['1.005s', 1_005],
    ['596h', 2_145_600_000],
  ])('%s is %d whole milliseconds', (text, milliseconds) => {
    expect(duration(text)).toBe(milliseconds);
  });

  it.each([
    '',
    '10',
    '0s',
    '0.1ms',
    '-1s',
    '+1s',
    's',
    '10 s',
    ' 10s',
    '10S',
    '10d',
    '1e3s',
    'NaNs',
    // Beyond what a timer can wait: it would not wait at all.
    '597h',
    '99999999999999999999h',
  ])('is not %j', (text) => {
    expect(() => duration(text)).toThrow(
      new InvalidArgumentError(
        `Expected a duration such as 500ms, 10s or 1m, from 1ms to 24 days, got "${text}".`,
      ),
    );
  });
});

describe('the address of the AWS APIs', () => {
  it.each(['http://127.0.0.1:5000', 'https://logs.eu-west-1.amazonaws.com/'])(
    'may be %s',
    (url) => {
      expect(endpointUrl(url)).toBe(url);
    },
  );

  it.each(['', '127.0.0.1:5000', 'localhost', 'ftp://127.0.0.1', 'http://'])(
    'is not %j',
    (text) => {
      expect(() => endpointUrl(text)).toThrow(
        new InvalidArgumentError(`Expected a URL such as http://127.0.0.1:5000, got "${text}".`),
      );
    },
  );
});
