// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates of relabeling look like those of JavaScript
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadConfig } from '../../../lambda/config/load.ts';
import { createDiscovery } from '../../../lambda/discovery/discover.ts';
import { systemClock } from '../../../lambda/model/waiting/clock.ts';
import { PROMTOOL } from '../support/places.ts';
import { ORACLE_SEED } from '../support/seed.ts';

/** Prometheus' own relabeling, for arbitrary rules, by `promtool check service-discovery`. */

/** promtool waits this long for targets, whether or not it has them. */
const PROMTOOL_WAITS = '300ms';

const RUNS = 20;

/** Without line breaks, which `.` matches since Prometheus 3. */
const VALUES = ['foo', 'bar', 'BAZ1', 'a.b', 'ä Ö', 'x;y', '12', 'foo;bar', '$1'];
const REGEXES = ['(.*)', 'foo', '(f)(o*).*', '(?i)(b)a.*', '(.*);(.*)', '(?P<n>[a-z]+)[^a-z]*', ''];
const REPLACEMENTS = ['$1', '${1}-$2', '$n', '$$1', 'x', '', '$1x', '<$0>', '$', '${2', '$01'];

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const names = fc.array(name, { maxLength: 3 });
const regex = fc.constantFrom(...REGEXES);
const separator = fc.constantFrom(';', '', '-');

const rule = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      action: fc.constantFrom('replace', 'Replace'),
      source_labels: names,
      separator,
      regex,
      target_label: name,
      replacement: fc.constantFrom(...REPLACEMENTS),
    }),
  },
  fc.record({
    action: fc.constant('replace'),
    source_labels: names,
    separator,
    regex,
    // Prometheus 2 takes fewer names than Prometheus 3, which Fargauge follows; and where nothing replaces, it deletes the
    // label that the template is called, not the one that it names.
    target_label: fc.constantFrom('t_${n}', 't_$9'),
    replacement: fc.constantFrom('x', 'x$1'),
  }),
  fc.record({
    action: fc.constantFrom('keep', 'drop'),
    source_labels: names,
    separator,
    regex: fc.constantFrom('foo.*', '.+', 'x|y;?', '.*r', '[^f].*'),
  }),
  fc.record({
    action: fc.constantFrom('keepequal', 'dropequal'),
    source_labels: names,
    target_label: name,
  }),
  fc.record({
    action: fc.constant('hashmod'),
    source_labels: names,
    separator,
    target_label: name,
    modulus: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  }),
  fc.record({
    action: fc.constant('labelmap'),
    // Each name another one: which of two would win, Prometheus does not say.
    regex: fc.constantFrom('(a|b)', '(.)', 't_(.*)', 'm_(.*)'),
    replacement: fc.constantFrom('m_$1', 'n_${1}x'),
  }),
  fc.record({
    action: fc.constant('labeldrop'),
    regex: fc.constantFrom('a|m_.*', 'b', 't_.*', 'instance|job'),
  }),
  fc.record({ action: fc.constant('labelkeep'), regex: fc.constantFrom('__.*|job|[ac]|m_.*') }),
  fc.record({
    action: fc.constantFrom('lowercase', 'uppercase'),
    source_labels: names,
    separator,
    target_label: name,
  }),
);

const labelSet = fc.dictionary(name, fc.constantFrom(...VALUES), { maxKeys: 5 });

const CASES = fc.record({
  rules: fc.array(rule, { minLength: 1, maxLength: 5 }),
  groups: fc.array(labelSet, { minLength: 30, maxLength: 30 }),
});

interface PromtoolTarget {
  readonly discoveredLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly error?: string;
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-promtool-'));
});

afterAll(() => rm(folder, { recursive: true }));

it('relabels targets as Prometheus does', async () => {
  let kept = 0;
  await fc.assert(
    fc.asyncProperty(CASES, async ({ rules, groups }) => {
      const static_configs = groups.map((labels, index) => ({
        targets: [`h:${index + 1}`],
        labels,
      }));
      const job = { job_name: 'job', static_configs, relabel_configs: rules };
      const path = join(folder, 'prometheus.yml');
      await writeFile(path, JSON.stringify({ scrape_configs: [job] }));
      const targets = await ours(path);
      expect(targets).toEqual(theirs(path));
      kept += Object.keys(targets).length;
    }),
    { numRuns: RUNS, endOnFailure: true, seed: ORACLE_SEED },
  );
  // Rules that drop everything would prove little.
  expect(kept).toBeGreaterThan(RUNS);
}, 60_000);

/** Visible labels of the targets that are left, by address. */
type Targets = Record<string, Record<string, string>>;

async function ours(path: string): Promise<Targets> {
  const config = await loadConfig({
    prometheusConfig: { path },
    env: {},
    readFile: (file) => readFile(file, 'utf8'),
  });
  const { discover } = createDiscovery({
    config,
    clientsOf: () => {
      throw new Error('nobody asks AWS');
    },
    fetch: () => Promise.reject(new Error('nobody asks a server')),
    clock: systemClock,
  });
  const { targets } = await discover(new AbortController().signal);
  return Object.fromEntries(targets.map(({ url, labels }) => [new URL(url).host, { ...labels }]));
}

function theirs(path: string): Targets {
  const options = ['check', 'service-discovery', `--timeout=${PROMTOOL_WAITS}`, path, 'job'];
  const found: PromtoolTarget[] = JSON.parse(execFileSync(PROMTOOL, options, { encoding: 'utf8' }));
  const left = found.filter(({ labels }) => labels.__address__ !== undefined);
  return Object.fromEntries(
    left.map(({ labels }) => [
      labels.__address__,
      Object.fromEntries(Object.entries(labels).filter(([label]) => !label.startsWith('__'))),
    ]),
  );
}
