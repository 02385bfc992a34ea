import { describe, expect, it } from '@jest/globals';
import { type EmfRules, readEmfRules } from '../../../sidecar/emf/rules.ts';

describe('The rules for EMF', () => {
  it('are read in the words of the collector', () => {
    const { rules, problems } = read({
      metric_namespace: 'Fargauge',
      metric_declaration: [
        {
          source_labels: ['ServiceName', 'LaunchType'],
          label_separator: '/',
          label_matcher: '^shop/',
          metric_selectors: ['^ee_task_cpu_'],
          dimensions: [['ClusterName', 'ServiceName'], ['ClusterName']],
        },
        { metric_selectors: ['.'], dimensions: [[]] },
      ],
      metric_unit: { ee_task_cpu_utilization_percent: 'Percent' },
      labels: { ServiceName: 'shop' },
    });

    expect(problems).toEqual([]);
    expect(rules).toEqual({
      namespace: 'Fargauge',
      declarations: [
        {
          sourceLabels: ['ServiceName', 'LaunchType'],
          separator: '/',
          matcher: /^shop\//,
          selectors: [/^ee_task_cpu_/],
          dimensions: [['ClusterName', 'ServiceName'], ['ClusterName']],
        },
        { sourceLabels: [], separator: ';', matcher: /.*/, selectors: [/./], dimensions: [[]] },
      ],
      units: new Map([['ee_task_cpu_utilization_percent', 'Percent']]),
      labels: { ServiceName: 'shop' },
    });
  });

  it.each<[string, unknown, string]>([
    [
      'no namespace',
      { metric_declaration: [declaration()] },
      'metric_namespace: expected a text of 1 to 255 characters, given nothing',
    ],
    [
      'a long namespace',
      { metric_namespace: 'x'.repeat(256), metric_declaration: [declaration()] },
      'metric_namespace: expected a text of 1 to 255 characters, given "xxx',
    ],
    [
      'no declaration',
      { metric_namespace: 'A', metric_declaration: [] },
      'metric_declaration: expected at least one declaration, given none',
    ],
    ['a list', [], 'expected a JSON object, given []'],
    [
      'a declaration that is none',
      rulesWith(7),
      'metric_declaration[0]: expected an object, given 7',
    ],
    [
      'no selectors',
      rulesWith({}),
      'metric_declaration[0].metric_selectors: expected a list of texts, given nothing',
    ],
    [
      'a broken selector',
      rulesWith(declaration({ metric_selectors: ['('] })),
      'metric_declaration[0].metric_selectors[0]: expected a regular expression, given',
    ],
    [
      'a matcher that is none',
      rulesWith(declaration({ label_matcher: 1 })),
      'metric_declaration[0].label_matcher: expected a regular expression, given 1',
    ],
    [
      'source labels that are none',
      rulesWith(declaration({ source_labels: 'a' })),
      'metric_declaration[0].source_labels: expected a list of texts, given "a"',
    ],
    [
      'a set that is none',
      rulesWith(declaration({ dimensions: ['a'] })),
      'metric_declaration[0].dimensions[0]: expected a list of texts, given "a"',
    ],
    [
      '31 dimensions',
      rulesWith(declaration({ dimensions: [Array.from({ length: 31 }, () => 'a')] })),
      'metric_declaration[0].dimensions[0]: expected at most 30 names, given 31',
    ],
    [
      'a unit that is none',
      { ...rulesWith(declaration()), metric_unit: { a: 1 } },
      'metric_unit.a: expected a text, given 1',
    ],
    [
      'labels that are none',
      { ...rulesWith(declaration()), labels: 'a' },
      'labels: expected an object, given "a"',
    ],
  ])('with %s are refused', (_, document, problem) => {
    expect(read(document).problems).toEqual([expect.stringContaining(problem)]);
  });

  it('that are no JSON are refused', () => {
    const problems: string[] = [];

    expect(readEmfRules('{', problems)).toBeUndefined();
    expect(problems).toEqual(['expected a JSON object, given "{"']);
  });
});

function read(document: unknown): { rules: EmfRules | undefined; problems: string[] } {
  const problems: string[] = [];
  return { rules: readEmfRules(JSON.stringify(document), problems), problems };
}

function rulesWith(entry: unknown): object {
  return { metric_namespace: 'A', metric_declaration: [entry] };
}

function declaration(changes: object = {}): object {
  return { metric_selectors: ['^a$'], dimensions: [['b']], ...changes };
}
