import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { defaultDocument } from '../../../lambda/config/native/default.ts';
import { nativeJsonSchema, SCHEMA_FILE } from '../../../lambda/config/native/json-schema.ts';

const EXAMPLES = join(import.meta.dirname, '../../../examples');

const FILE = JSON.parse(readFileSync(SCHEMA_FILE, 'utf8'));

/** A validator that knows nothing but the file. */
const shipped = z.fromJSONSchema(FILE);

type Node = Readonly<Record<string, unknown>>;

/** Each key of the document with its schema, by its path. */
function* keysOf(node: unknown, path: string): Generator<[path: string, schema: Node]> {
  if (typeof node !== 'object' || node === null) return;
  const { properties = {}, items, additionalProperties, anyOf = [] } = node as Node;
  for (const [key, schema] of Object.entries(properties as Node)) {
    yield [`${path}${key}`, schema as Node];
    yield* keysOf(schema, `${path}${key}.`);
  }
  for (const part of [items, additionalProperties, ...(anyOf as unknown[])]) {
    yield* keysOf(part, path);
  }
}

describe('the JSON Schema of the native document', () => {
  it('is the one that the code makes: else `npm run schema` writes it anew', () => {
    expect(FILE).toEqual(nativeJsonSchema());
  });

  it('says of every key what it is for', () => {
    const keys = [...keysOf(nativeJsonSchema(), '')];
    expect(keys.length).toBeGreaterThan(100);
    const silent = keys.filter(([, { description }]) => typeof description !== 'string');
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it('offers no key that is refused', () => {
    const paths = [...keysOf(nativeJsonSchema(), '')].map(([path]) => path);
    expect(paths).toContain('scrape_configs.aws_sd_configs');
    expect(paths).not.toContain('scrape_configs.ec2_sd_configs');
    expect(paths).not.toContain('scrape_configs.oauth2');
  });

  it.each(readdirSync(EXAMPLES).filter((name) => /\.(ya?ml|json)$/.test(name)))(
    'accepts examples/%s',
    (name) => {
      const document = parse(readFileSync(join(EXAMPLES, name), 'utf8'));
      expect(shipped.safeParse(document).error?.issues).toBeUndefined();
    },
  );

  it('accepts the built-in default', () => {
    expect(shipped.safeParse(defaultDocument()).success).toBe(true);
  });

  it('accepts without quotes what the collector reads as a text or a flag by the type of its key', () => {
    const written = `
global: {external_labels: {replica: 1, version: 1.10, canary: true}}
scrape_configs:
  - job_name: 123
    honor_labels: yes
    metric_relabel_configs: [{source_labels: [code], regex: 200, replacement: 0, target_label: a}]
outputs:
  - {type: remote_write, url: "https://example.com", headers: {x-scope-orgid: 7}}
`;
    expect(shipped.safeParse(parse(written)).error?.issues).toBeUndefined();
    expect(shipped.safeParse({ cluster_name: 1 }).success).toBe(false);
    const flag = { scrape_configs: [{ job_name: 'a', honor_labels: 'maybe' }] };
    expect(shipped.safeParse(flag).success).toBe(false);
  });

  it.each<[string, object]>([
    ['a key that is not known', { cluster_nam: 'x' }],
    ['a key that is not known, further down', { scrape_configs: [{ job_name: 'a', schem: 'x' }] }],
    ['a value of another type', { disable_metric_extraction: 'yes' }],
    [
      'a value that is none of those possible',
      { scrape_configs: [{ job_name: 'a', scheme: 'ftp' }] },
    ],
    ['a job without a name', { scrape_configs: [{}] }],
  ])('refuses %s', (_, document) => {
    expect(shipped.safeParse(document).success).toBe(false);
  });
});

describe('the examples', () => {
  it.each(readdirSync(EXAMPLES).filter((name) => /\.ya?ml$/.test(name)))(
    'name the schema: %s',
    (name) => {
      const [first] = readFileSync(join(EXAMPLES, name), 'utf8').split('\n');
      expect(first).toBe('# yaml-language-server: $schema=../schema/fargauge.schema.json');
    },
  );
});
