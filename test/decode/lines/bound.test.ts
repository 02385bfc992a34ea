import { describe, expect, it } from '@jest/globals';
import { relabelConfig } from '../../../lambda/config/prometheus/relabel-config.ts';
import { AnswerDecoder } from '../../../lambda/decode/answer.ts';
import { normalBound } from '../../../lambda/decode/lines/bound.ts';
import { DEFAULT_PROTOCOLS } from '../../../lambda/model/settings/scrape-protocol.ts';
import { MetricRelabeling } from '../../../lambda/scrape/metric-relabeling.ts';
import { target } from '../../series/samples.ts';

const TEXT = 'text/plain; version=0.0.4';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0';

describe('le and quantile', () => {
  // The right column is what Go's FormatOpenMetricsFloat gives.
  it.each([
    ['1', '1.0'],
    ['1.0', '1.0'],
    ['1.000', '1.0'],
    ['+1', '1.0'],
    ['1e0', '1.0'],
    ['1e3', '1000.0'],
    ['0', '0.0'],
    ['-0', '0.0'],
    ['-1', '-1.0'],
    ['0.5', '0.5'],
    ['.5', '0.5'],
    ['0.50', '0.5'],
    ['0.990', '0.99'],
    ['100000', '100000.0'],
    ['999999', '999999.0'],
    ['1000000', '1e+06'],
    ['1234567', '1.234567e+06'],
    ['2.5e8', '2.5e+08'],
    ['0.0001', '0.0001'],
    ['0.00001', '1e-05'],
    ['0.000012', '1.2e-05'],
    ['1e100', '1e+100'],
    ['5e-324', '5e-324'],
    ['+Inf', '+Inf'],
    ['inf', '+Inf'],
    ['Infinity', '+Inf'],
    ['-Inf', '-Inf'],
    ['nan', 'NaN'],
    [`1${'0'.repeat(100)}`, '1e+100'],
  ])('%s become %s', (text, normal) => {
    expect(normalBound(text)).toBe(normal);
    expect(normalBound(text)).toBe(normal);
  });

  it.each(['', 'avg', '10ms', '1e400', '1,5', ' 1'])(
    'stay where they are no number: %j',
    (text) => {
      expect(normalBound(text)).toBeUndefined();
      expect(normalBound(text)).toBeUndefined();
    },
  );

  it.each<[contentType: string, type: string, sample: string, labels: object]>([
    [TEXT, 'histogram', 'a_bucket{le="1"}', { le: '1.0' }],
    [TEXT, 'histogram', 'a_bucket{quantile="1",le="10ms"}', { quantile: '1', le: '10ms' }],
    [TEXT, 'summary', 'a{quantile="1"}', { quantile: '1.0' }],
    [TEXT, 'summary', 'a{le="1"}', { le: '1' }],
    [TEXT, 'gauge', 'a{le="1",quantile="1"}', { le: '1', quantile: '1' }],
    [TEXT, 'untyped', 'a_bucket{le="1"}', { le: '1' }],
    [OPEN_METRICS, 'histogram', 'a_bucket{le="1"}', { le: '1.0' }],
    [OPEN_METRICS, 'summary', 'a{quantile="0"}', { quantile: '0.0' }],
    [OPEN_METRICS, 'gaugehistogram', 'a_bucket{le="1"}', { le: '1' }],
    [OPEN_METRICS, 'unknown', 'a{quantile="1"}', { quantile: '1' }],
  ])('are normalized in %s, type %s: %s', (contentType, type, sample, labels) => {
    const decoder = new AnswerDecoder();
    const body = `# TYPE a ${type}\n${sample} 1\n${contentType === TEXT ? '' : '# EOF\n'}`;
    for (const normalizeBounds of [true, false, true]) {
      const { samples } = decoder.decode(
        { job: 'a', protocols: DEFAULT_PROTOCOLS },
        { body: Buffer.from(body), contentType },
        { normalizeBounds },
      );
      const written = Object.fromEntries(
        [...sample.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
      );
      expect({ ...samples[0]?.series.labels }).toEqual(normalizeBounds ? labels : written);
    }
  });

  it('are normalized before metric relabeling, as in Prometheus', () => {
    const decoder = new AnswerDecoder();
    const body = Buffer.from('# TYPE a histogram\na_bucket{le="1"} 1\na_bucket{le="5"} 1\n');
    const of = target({
      metricRelabeling: [
        relabelConfig.parse({ source_labels: ['le'], regex: '1.0', action: 'drop' }),
        // What the guide of Prometheus 3 gives those who want the old texts.
        relabelConfig.parse({ source_labels: ['le'], regex: '(\\d+)\\.0+', target_label: 'le' }),
      ],
    });
    const { samples } = decoder.decode(of, { body, contentType: TEXT });
    const { samples: kept } = new MetricRelabeling().apply(of, samples);
    expect(kept.map(({ series }) => series.labels.le)).toEqual(['5']);
  });
});
