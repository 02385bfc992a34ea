import { describe, expect, it } from '@jest/globals';
import type { RelabelFacts } from '../../../infra/configuration/check/check.ts';
import { forecast, type KnownLabels } from '../../../infra/configuration/relabel-forecast.ts';

const KNOWN: KnownLabels = { a: '1', b: '2', none: '' };

function rule(facts: Partial<RelabelFacts>): RelabelFacts {
  return {
    action: 'replace',
    sourceLabels: [],
    separator: ';',
    regex: '(.*)',
    targetLabel: '',
    replacement: '$1',
    modulus: 0,
    ...facts,
  };
}

describe('what is sure of labels after relabeling', () => {
  it.each<[string, Partial<RelabelFacts>, KnownLabels | undefined]>([
    ['a drop by what is known', { action: 'drop', sourceLabels: ['a'], regex: '1' }, undefined],
    [
      'a drop by what is known to be absent',
      { action: 'drop', sourceLabels: ['none'], regex: '' },
      undefined,
    ],
    ['no drop by what is known', { action: 'drop', sourceLabels: ['a'], regex: '2' }, KNOWN],
    [
      'a drop by what is not known',
      { action: 'drop', sourceLabels: ['a', 'x'], regex: '.*' },
      KNOWN,
    ],
    ['not among what is kept', { action: 'keep', sourceLabels: ['b'], regex: '1' }, undefined],
    [
      'a drop of what is equal',
      { action: 'dropequal', sourceLabels: ['a'], targetLabel: 'a' },
      undefined,
    ],
    [
      'a comparison with what is not known',
      { action: 'keepequal', sourceLabels: ['a'], targetLabel: 'x' },
      KNOWN,
    ],
    [
      'a label made of what is known',
      { sourceLabels: ['a', 'b'], targetLabel: 'c' },
      { ...KNOWN, c: '1;2' },
    ],
    [
      'a label made of what is not known',
      { sourceLabels: ['x'], targetLabel: 'a' },
      { b: '2', none: '' },
    ],
    ['a label that is emptied', { targetLabel: 'a', replacement: '' }, { ...KNOWN, a: '' }],
    ['a label whose name is not known', { sourceLabels: ['a'], targetLabel: '$1' }, {}],
    ['labels renamed by a pattern', { action: 'labelmap', regex: 'x(.*)' }, {}],
    ['labels dropped by name', { action: 'labeldrop', regex: 'a' }, { ...KNOWN, a: '' }],
    ['labels kept by name', { action: 'labelkeep', regex: 'b' }, { ...KNOWN, a: '' }],
    [
      'another case',
      { action: 'uppercase', sourceLabels: ['x'], targetLabel: 'b' },
      { a: '1', none: '' },
    ],
  ])('%s', (_, facts, expected) => {
    expect(forecast(KNOWN, [rule(facts)])).toEqual(expected);
  });

  it('is found rule by rule', () => {
    const rules = [
      rule({ sourceLabels: ['a'], targetLabel: 'c' }),
      rule({ sourceLabels: ['x'], targetLabel: 'a' }),
      rule({ action: 'drop', sourceLabels: ['c'], regex: '1' }),
    ];
    expect(forecast(KNOWN, rules.slice(0, 2))).toEqual({ b: '2', none: '', c: '1' });
    expect(forecast(KNOWN, rules)).toBeUndefined();
  });
});
