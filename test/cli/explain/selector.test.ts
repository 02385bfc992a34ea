import { describe, expect, it } from '@jest/globals';
import { selectorOf } from '../../../cli/explain/selector.ts';
import { labelsOf } from '../../../lambda/model/samples/sample.ts';

const SERIES = { name: 'http_requests_total', labels: labelsOf({ code: '500', path: '/a,b"c' }) };

describe('a selector of series', () => {
  it.each([
    ['http_requests_total', true],
    ['http_requests', false],
    ['http_.*', true],
    ['{code="500"}', true],
    ['http_requests_total{code="50"}', false],
    ['http_requests_total{code=~"5..", path="/a,b\\"c"}', true],
    ['http_requests_total{code!="500"}', false],
    ['http_requests_total{code!~"4.."}', true],
    ['http_requests_total{absent=""}', true],
    ['{}', true],
  ])('%s chooses: %s', (text, chosen) => {
    expect(selectorOf(text)(SERIES)).toBe(chosen);
  });

  it.each([
    ['a{b}', 'expected label matchers such as {job="web"}, given {b} in a{b}'],
    ['a{b="1" c="2"}', 'expected label matchers'],
    ['a{b="1"', 'expected label matchers between { and }, given a{b="1"'],
    ['a{b="\\x"}', 'expected a value with the escapes of JSON, given "\\x" in a{b="\\x"}'],
    [
      '(',
      'expected a metric name or an RE2 expression, given (: error parsing regexp: missing closing )',
    ],
  ])('%s is none, which the error says', (text, message) => {
    expect(() => selectorOf(text)).toThrow(message);
  });
});
