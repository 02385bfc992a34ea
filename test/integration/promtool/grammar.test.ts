import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConfigError } from '../../../lambda/config/findings/errors.ts';
import { loadConfig } from '../../../lambda/config/load.ts';
import { PROMTOOL } from '../support/places.ts';
import { prometheusFile } from '../support/prometheus/grammar.ts';
import { ORACLE_SEED } from '../support/seed.ts';

/** Files in one run; `FARGAUGE_FILES=20000` makes more. */
const FILES = Number(process.env.FARGAUGE_FILES ?? 500);

/** promtool runs as often at the same time. */
const AT_ONCE = 8;

/** What the loader refuses and promtool takes: how its message begins to say so, and why that is meant. */
const REFUSED_HERE: readonly (readonly [message: RegExp, why: string])[] = [
  [/\.scheme: /, 'a target of another scheme would never be up'],
  [
    /limit: expected a whole number of at least 0, given -?[\d.]+ \(number\)/,
    'Prometheus cuts off the fraction of a limit, 0.5 to no limit, without a word',
  ],
  [/modulus: expected a whole number/, 'the same'],
  [/\.targets\[\d+\]: expected an address/, 'such a target would never be up'],
  [/\.url: expected an http or https URL/, 'nothing is at a URL without a host'],
];

/** The same the other way round: promtool's messages. */
const REFUSED_THERE: readonly (readonly [message: RegExp, why: string])[] = [
  [
    /is not a valid label name|is invalid '(?:target_label|replacement)'/,
    'labels have any name in Prometheus 3',
  ],
  [/relabel action cannot be empty/, 'null is the default of every key'],
  [/!!str `(?:yes|true)` into bool/, 'editors read a flag such as yes as a text'],
];

/** The one key of the grammar's files that has no effect, so that its value is not looked at. */
const WITHOUT_EFFECT = 'enable_http2';

interface Verdict {
  readonly file: string;
  /** What each has against it; empty where it is fine. */
  readonly loader: readonly string[];
  readonly promtool: string;
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-grammar-'));
});

afterAll(() => rm(folder, { recursive: true }));

it('promtool check config and the loader agree on files by a grammar of keys and scalars', async () => {
  const seed = ORACLE_SEED;
  const files = fc.sample(prometheusFile, { numRuns: FILES, seed });
  const verdicts: Verdict[] = [];
  for (let at = 0; at < files.length; at += AT_ONCE) {
    verdicts.push(...(await Promise.all(files.slice(at, at + AT_ONCE).map(verdictOn))));
  }
  const differing = verdicts.filter((verdict) => !isAgreed(verdict) && !isMeant(verdict));
  // Files that are all wrong would show nothing.
  const taken = verdicts.filter(({ promtool }) => promtool === '').length;
  expect(taken).toBeGreaterThan(FILES / 10);
  expect({ seed, differing: differing.slice(0, 5) }).toEqual({ seed, differing: [] });
}, 3_600_000);

it.each<[string, file: string, promtool: readonly string[], expected: boolean]>([
  ['a flag that is a text', '{a: "yes"}', ['line 1: … !!str `yes` into bool'], true],
  ['a flag that is another text', '{a: job}', ['line 1: … !!str `job` into bool'], false],
  ['a key without an effect', '{enable_http2: 5.}', ['line 1: … !!float `5.` into bool'], true],
  ['its empty text', '{enable_http2: ""}', ['line 1: … !!str `` into bool'], true],
  ['its list', '{enable_http2: [a]}', ['line 1: … !!seq into bool'], true],
  [
    'its text that is long',
    '{enable_http2: __address__}',
    ['line 1: … !!str `__addre...` into bool'],
    true,
  ],
  ['another empty text', '{honor_labels: ""}', ['line 1: … !!str `` into bool'], false],
  [
    'another key beside it',
    '{enable_http2: 5., honor_labels: 8}',
    ['line 1: … !!float `5.` into bool', 'line 1: … !!int `8` into bool'],
    false,
  ],
  [
    'another key beside it with the same value',
    '{enable_http2: 5., honor_labels: 5.}',
    ['line 1: … !!float `5.` into bool', 'line 1: … !!float `5.` into bool'],
    false,
  ],
  [
    'another key in another line',
    '{enable_http2: 5.}\n{honor_labels: 5.}',
    ['line 2: … !!float `5.` into bool'],
    false,
  ],
  [
    'something else beside it',
    '{enable_http2: 5., x: 1}',
    ['line 1: … !!float `5.` into bool', 'line 1: field x not found in type config.ScrapeConfig'],
    false,
  ],
])('what only promtool refuses may be on purpose: %s', (_, file, lines, expected) => {
  const promtool = ['  FAILED: yaml: unmarshal errors:', ...lines].join('\n  ');
  expect(isMeant({ file, promtool, loader: [] })).toBe(expected);
});

function isAgreed({ loader, promtool }: Verdict): boolean {
  return (loader.length === 0) === (promtool === '');
}

function isMeant({ file, loader, promtool }: Verdict): boolean {
  if (loader.length === 0) {
    // promtool names all that has a wrong type, and of all else the first.
    const ofTypes = promtool.match(/^ *line \d+: .*$/gm);
    return (ofTypes ?? [promtool]).every(
      (given, index, all) =>
        REFUSED_THERE.some(([message]) => message.test(given)) ||
        (all.indexOf(given) === index && isWithoutEffect(file, given)),
    );
  }
  // All that is wrong has to be so on purpose.
  return loader.every((given) => REFUSED_HERE.some(([message]) => message.test(given)));
}

/** Whether promtool's message is of the value that the key without an effect has in that line. */
function isWithoutEffect(file: string, message: string): boolean {
  const [, line, value = ''] = /line (\d+): .*!!\w+(?: `(.*)`)? into bool$/.exec(message) ?? [];
  const [, written] =
    new RegExp(`\\b${WITHOUT_EFFECT}: (.*)`).exec(file.split('\n')[Number(line) - 1] ?? '') ?? [];
  if (written === undefined) return false;
  if (/!!(?:seq|map) into/.test(message)) return /^[[{]/.test(written);
  const plain = written.replace(/^["']/, '');
  // promtool shows the beginning of what is long.
  if (value.endsWith('...')) return plain.startsWith(value.slice(0, -3));
  return plain.startsWith(value) && /^["']?[,}]/.test(plain.slice(value.length));
}

async function verdictOn(file: string, index: number): Promise<Verdict> {
  const path = join(folder, `${index}.yml`);
  await writeFile(path, file);
  return { file, promtool: await byPromtool(path), loader: await byLoader(file) };
}

async function byPromtool(path: string): Promise<string> {
  try {
    // The files and certificates that it names need not be there.
    await promisify(execFile)(PROMTOOL, ['check', 'config', '--syntax-only', path]);
    return '';
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    if (code !== 1) throw error;
    return stdout + stderr;
  }
}

async function byLoader(text: string): Promise<readonly string[]> {
  try {
    await loadConfig({
      prometheusConfig: { path: '/p.yml' },
      env: { AWS_REGION: 'eu-west-1' },
      readFile: async () => text,
    });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ message }) => message);
    throw error;
  }
}
