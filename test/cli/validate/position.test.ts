import { describe, expect, it } from '@jest/globals';
import { positionOf } from '../../../cli/validate/position.ts';

const TEXT = `cluster_name: shop
scrape_configs:
  - job_name: web
    static_configs:
      - labels: { "a b": 1 }
  - scheme: gopher
`;

describe('the position of a value in a text', () => {
  it.each([
    ['cluster_name', { line: 1, column: 15 }],
    ['scrape_configs[1].scheme', { line: 6, column: 13 }],
    ['scrape_configs[0].static_configs[0].labels["a b"]', { line: 5, column: 26 }],
    ['', { line: 1, column: 1 }],
  ])('is that of %j', (path, position) => {
    expect(positionOf(TEXT, path)).toEqual(position);
  });

  it.each([
    ['scrape_configs[1].job_name', { line: 6, column: 5 }],
    ['scrape_configs[7].job_name', { line: 3, column: 3 }],
    ['emf_processor.metric_namespace', { line: 1, column: 1 }],
  ])('is that of the nearest value around %j, which the text lacks', (path, position) => {
    expect(positionOf(TEXT, path)).toEqual(position);
  });

  it('is found in JSON too', () => {
    expect(positionOf('{\n  "a": [1,\n 2]}', 'a[1]')).toEqual({ line: 3, column: 2 });
  });

  it.each(['a: [', ''])('is unknown in the text %j', (text) => {
    expect(positionOf(text, 'a')).toBeUndefined();
  });
});
