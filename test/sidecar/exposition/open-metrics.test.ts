import { describe, expect, it } from '@jest/globals';
import type { Family, TimedFamily } from '../../../sidecar/exposition/family.ts';
import { wantsOpenMetrics } from '../../../sidecar/exposition/negotiation.ts';
import { writeOpenMetrics } from '../../../sidecar/exposition/open-metrics.ts';

describe('The writer of OpenMetrics', () => {
  it('writes TYPE, UNIT and HELP, and ends with EOF', () => {
    expect(
      write(
        family({ rows: [{ labels: { a: 'b' }, value: 1.5 }] }),
        family({ name: 'load_percent', rows: [{ labels: {}, value: 2 }] }),
      ),
    ).toBe(
      [
        '# TYPE temperature gauge',
        '# HELP temperature Of the air.',
        'temperature{a="b"} 1.5',
        '# TYPE load_percent gauge',
        '# UNIT load_percent percent',
        '# HELP load_percent Of the air.',
        'load_percent 2',
        '# EOF',
        '',
      ].join('\n'),
    );
  });

  it('names the family of a counter without _total, and says since when it counts where that is known', () => {
    const rows = [
      { labels: { a: 'b' }, value: 3, start: 1_777_615_200.25 },
      { labels: { a: 'c' }, value: 4 },
    ];

    expect(write(family({ name: 'work_seconds_total', type: 'counter', rows }))).toBe(
      [
        '# TYPE work_seconds counter',
        '# UNIT work_seconds seconds',
        '# HELP work_seconds Of the air.',
        'work_seconds_total{a="b"} 3',
        'work_seconds_created{a="b"} 1777615200.25',
        'work_seconds_total{a="c"} 4',
        '# EOF',
        '',
      ].join('\n'),
    );
  });

  it('writes all points of a series together, each with its time', () => {
    const nothing = () => ({ values: new Float64Array(), times: new Float64Array() });
    const timed: TimedFamily = {
      name: 'load_percent',
      type: 'gauge',
      help: 'Load.',
      traces: [
        {
          series: 'load_percent{a="b"}',
          points: () => ({
            values: Float64Array.of(1, Number.NaN, 2),
            times: Float64Array.of(10.25, 15, 20),
          }),
        },
        { series: 'load_percent{a="c"}', points: nothing },
        {
          series: 'load_percent{a="d"}',
          points: () => ({ values: Float64Array.of(3), times: Float64Array.of(11) }),
        },
      ],
    };

    expect(
      write(timed, { ...timed, name: 'none', traces: [{ series: 'none', points: nothing }] }),
    ).toBe(
      [
        '# TYPE load_percent gauge',
        '# UNIT load_percent percent',
        '# HELP load_percent Load.',
        'load_percent{a="b"} 1 10.25',
        'load_percent{a="b"} 2 20',
        'load_percent{a="d"} 3 11',
        '# EOF',
        '',
      ].join('\n'),
    );
  });

  it('leaves out families without rows and series that come again', () => {
    const rows = [
      { labels: {}, value: 1 },
      { labels: { a: '' }, value: 2 },
    ];

    expect(write(family({ rows: [] }))).toBe('# EOF\n');
    expect(write(family({ rows }))).toContain('\ntemperature 1\n# EOF');
  });

  it('escapes quotation marks in the help, unlike the text format', () => {
    expect(write(family({ help: 'a "b"\\\n', rows: [{ labels: {}, value: 1 }] }))).toContain(
      '# HELP temperature a \\"b\\"\\\\\\n\n',
    );
  });
});

describe('The format', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['*/*', false],
    ['text/plain', false],
    ['application/openmetrics-text', true],
    ['application/openmetrics-text; version=1.0.0', true],
    ['Application/OpenMetrics-Text;Version="1.0.0"', true],
    ['application/openmetrics-text; version=0.0.1', false],
    ['application/openmetrics-text; version=2.0.0', false],
    ['application/openmetrics-text;q=0', false],
    ['application/openmetrics-text;q=x', false],
    ['application/openmetrics-text;q=0.4,text/plain;q=0.5', false],
    ['application/openmetrics-text;q=0.5,text/plain;q=0.4', true],
    ['text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=1.0.0;q=0.5', true],
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      true,
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,*/*;q=0.2',
      true,
    ],
  ])('for %p is OpenMetrics: %p', (accept, expected) => {
    expect(wantsOpenMetrics(accept)).toBe(expected);
  });
});

function write(...families: (Family | TimedFamily)[]): string {
  return [...writeOpenMetrics(families)].join('');
}

function family(changes: Partial<Family>): Family {
  return { name: 'temperature', type: 'gauge', help: 'Of the air.', rows: [], ...changes };
}
