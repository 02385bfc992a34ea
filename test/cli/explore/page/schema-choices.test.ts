import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { choicesAt } from '../../../../cli/explore/page/editor/schema-choices.ts';

const SCHEMA = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../schema/fargauge.schema.json'), 'utf8'),
);

/** The choices at `|` in a text. */
function at(text: string) {
  const place = text.indexOf('|');
  const { from, choices } = choicesAt(SCHEMA, text.replace('|', ''), place);
  return { from, texts: choices.map((choice) => choice.text), choices };
}

describe('the choices of the editor', () => {
  it.each([
    ['the keys of the document', 'emf|', ['emf_processor', 'scrape_configs']],
    ['the keys of a section', 'emf_processor:\n  |', ['metric_declaration', 'metric_namespace']],
    [
      'the keys of an item, after its dash',
      'emf_processor:\n  metric_declaration:\n    - |',
      ['source_labels', 'dimensions'],
    ],
    [
      'the keys of an item, on a later line',
      'emf_processor:\n  metric_declaration:\n    - source_labels: [a]\n      |',
      ['label_matcher', 'metric_selectors'],
    ],
    [
      'the keys of an item of a list at the indentation of its key',
      'scrape_configs:\n- job_name: a\n  |',
      ['metrics_path', 'scheme'],
    ],
    [
      'the keys of an item in an item',
      'scrape_configs:\n  - job_name: a\n    metric_relabel_configs:\n      - |',
      ['regex', 'action'],
    ],
    [
      'the keys after a comment and an empty line',
      'emf_processor:\n\n# words\n  |',
      ['metric_unit'],
    ],
    ['the values of a key', 'scrape_configs:\n  - scheme: |', ['http', 'https']],
    [
      'the values of a key in an object in an item',
      'scrape_configs:\n  - job_name: a\n    tls_config:\n      min_version: |',
      ['TLS12', 'TLS13'],
    ],
  ])('are %s', (_, text, expected) => {
    expect(at(text).texts).toEqual(expect.arrayContaining(expected));
  });

  it('leave out keys that the object has, above and below', () => {
    const { texts } = at(
      'emf_processor:\n  metric_namespace: A\n  |\n  metric_unit: {}\nregion: x\n',
    );
    expect(texts).toContain('metric_declaration');
    expect(texts).not.toContain('metric_namespace');
    expect(texts).not.toContain('metric_unit');
    expect(texts).not.toContain('region');
  });

  it('do not mistake the keys of another item for those of this one', () => {
    const { texts } = at('scrape_configs:\n  - scheme: http\n  - |\n  - metrics_path: /x\n');
    expect(texts).toEqual(expect.arrayContaining(['scheme', 'metrics_path']));
  });

  it('begin at the word, and describe each key', () => {
    const { from, choices } = at('emf_processor:\n  metric_n|');
    expect(from).toBe('emf_processor:\n  '.length);
    expect(choices.find(({ text }) => text === 'metric_namespace')?.description).toBeTruthy();
  });

  it.each(['emf_processor:\n  metric_namespace: Shop|', 'nonsense:\n  |', '# a comment |'])(
    'are none in %j',
    (text) => {
      expect(at(text).texts).toEqual([]);
    },
  );
});
