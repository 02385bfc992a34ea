import { describe, expect, it } from '@jest/globals';
import { withEdit } from '../../../../cli/explore/engine/edit.ts';
import { Exploration } from '../../../../cli/explore/engine/exploration.ts';
import { RULES, recordingOf, target } from '../recording.ts';

const edit = (key: string, value: string, index = 0) => ({ index, key, value, text: '' });

describe('an edit of the rules', () => {
  it.each([
    ['metric_selectors', '^orders_total$', '[^queue_length$, ^orders_total$]'],
    ['label_matcher', '^other$', 'label_matcher: ^shop$|^other$'],
    ['dimensions', '[instance]', 'dimensions: [[job], [instance]]'],
    ['dimensions', '[]', 'dimensions: [[job], []]'],
  ])('adds to %s, and keeps the rest', (key, value, expected) => {
    const after = withEdit(RULES, edit(key, value));
    expect(after).toContain(expected);
    const changed = after.split('\n').filter((line) => !RULES.split('\n').includes(line));
    expect(changed).toHaveLength(1);
  });

  const declaration = JSON.stringify({ source_labels: ['job'], dimensions: [['job']] });

  it('adds a declaration after the others', () => {
    expect(withEdit(RULES, edit('metric_declaration', declaration))).toBe(
      `${RULES}    - source_labels: [job]\n      dimensions: [[job]]\n`,
    );
  });

  it('makes the section of declarations where there is none', () => {
    expect(withEdit('scrape_configs: []\n', edit('metric_declaration', declaration))).toBe(
      'scrape_configs: []\nemf_processor:\n  metric_declaration:\n    - source_labels:\n        - job\n      dimensions:\n        - - job\n',
    );
  });

  it('leaves lists at the indentation of their keys, and comments at the end of a line', () => {
    const flat = RULES.replace(
      'metric_selectors: [^queue_length$]',
      'metric_selectors:\n      - a # first',
    );
    expect(withEdit(flat, edit('metric_selectors', 'b: c'))).toBe(
      flat.replace('      - a # first\n', '      - a # first\n      - "b: c"\n'),
    );
  });

  it.each([
    ['no selector', 'orders_total 7\n'],
    ['another job', 'queue_length{job="other"} 7\n', '    honor_labels: true\n'],
    ['a missing label', 'queue_length 7\n', '', 'dimensions: [[region]]'],
    ['no selector and a missing label', 'orders_total 7\n', '', 'dimensions: [[region]]'],
  ])('takes a series with %s', async (_, page, ofJob = '', dimensions = 'dimensions: [[job]]') => {
    const configuration = RULES.replace('dimensions: [[job]]', dimensions).replace(
      '    static_configs:',
      `${ofJob}    static_configs:`,
    );
    const exploration = new Exploration(recordingOf([target(page)], { configuration }));
    const before = await exploration.evaluate(configuration);
    expect(before.results?.counts.published).toBe(0);
    const name = page.split(/[ {]/)[0] ?? '';
    const [series] = exploration.list(name, '').series;
    const after = await exploration.evaluate(exploration.edited(series?.id ?? -1));
    expect(after.problems).toEqual([]);
    expect(exploration.list(name, '').series).toMatchObject([{ published: true, change: 'taken' }]);
  });

  it('is refused for a series that no rule can take', async () => {
    const exploration = new Exploration(recordingOf([target('queue_length 1\n')]));
    await exploration.evaluate(RULES);
    const [series] = exploration.list('queue_length', '').series;
    expect(() => exploration.edited(series?.id ?? -1)).toThrow('no edit of the rules takes');
  });
});
