import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDiscovery } from '../../../lambda/discovery/discover.ts';
import { TargetSources } from '../../../lambda/discovery/sources/sources.ts';
import type { ScrapeJob } from '../../../lambda/model/settings/config.ts';
import { DEFAULT_HTTP } from '../../../lambda/model/settings/http.ts';
import { Secret } from '../../../lambda/model/settings/secret.ts';
import type {
  FileDiscovery,
  HttpDiscovery,
} from '../../../lambda/model/settings/service-discovery.ts';
import { countsOf } from '../../../lambda/model/targets/left-out.ts';
import { systemClock } from '../../../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../../../lambda/scrape/http/exchange.ts';
import { type Answer, answering, type RawTarget, startTarget } from '../../scrape/raw-target.ts';
import { job } from '../ecs/cluster/cluster-of.ts';

const MINUTE = 60_000;
const NO_DEADLINE = new AbortController().signal;

let now: number;

beforeEach(() => {
  now = 1_000_000;
});

/** Reads what a job has, in a text for each target. */
function reader(more: { files?: FileDiscovery[]; urls?: HttpDiscovery[] }) {
  const of = job({ fileDiscoveries: more.files ?? [], httpDiscoveries: more.urls ?? [] });
  const sources = new TargetSources(fetchExposition).for([of]);
  return async () => {
    const { byJob, errors } = await sources.find(now, NO_DEADLINE);
    return {
      found: (byJob.get(of) ?? []).map(({ address, labels }) => [address, { ...labels }]),
      errors: errors.map(({ message }) => message),
    };
  };
}

const discoveryOf = (of: ScrapeJob) =>
  createDiscovery({
    config: { jobs: [of] },
    clientsOf: () => {
      throw new Error('nobody asks AWS');
    },
    fetch: fetchExposition,
    clock: { ...systemClock, now: () => now },
  });

describe('targets from files', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fargauge-file-sd-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const put = (name: string, text: string) => writeFile(join(folder, name), text);
  const read = (...names: string[]) =>
    reader({ files: [{ patterns: names.map((name) => join(folder, name)), refreshMs: MINUTE }] });

  it('have the labels of their group and the path of their file', async () => {
    await put('a.json', '[{"targets": ["a:1", "b:2"], "labels": {"zone": "x", "none": ""}}, {}]');
    const __meta_filepath = join(folder, 'a.json');
    expect(await read('a.json')()).toEqual({
      found: [
        ['a:1', { zone: 'x', __meta_filepath }],
        ['b:2', { zone: 'x', __meta_filepath }],
      ],
      errors: [],
    });
  });

  it('may be in YAML, where every value is a text', async () => {
    await put('a.yml', '- targets: [a:1]\n  labels: { version: 1.10, on: true, __param_x: 5 }\n');
    expect((await read('a.yml')()).found).toMatchObject([
      ['a:1', { version: '1.10', on: 'true', __param_x: '5' }],
    ]);
  });

  it.each(['', '[]', '# nothing'])('may be none: %j', async (text) => {
    await put('a.yaml', text);
    expect(await read('a.yaml')()).toEqual({ found: [], errors: [] });
  });

  it('come from each file that a pattern stands for, in order', async () => {
    await mkdir(join(folder, 'x'));
    for (const name of ['x/t-2.json', 'x/t-1.json', 'x/other.json', 'x/t-3.yml']) {
      await put(name, `[{"targets": ["${name.slice(2, -5)}:1"]}]`);
    }
    const { found } = await read('x/t-*.json')();
    expect(found.map(([address]) => address)).toEqual(['t-1:1', 't-2:1']);
  });

  it('are read again when they are a refresh_interval old', async () => {
    const again = read('a.json');
    await put('a.json', '[{"targets": ["a:1"]}]');
    expect((await again()).found).toHaveLength(1);
    await put('a.json', '[]');
    now += MINUTE / 2;
    expect((await again()).found).toHaveLength(1);
    now += MINUTE / 2;
    expect((await again()).found).toEqual([]);
  });

  it('are read again where the clock was set back, which hides how old they are', async () => {
    const again = read('a.json');
    await put('a.json', '[{"targets": ["a:1"]}]');
    expect((await again()).found).toHaveLength(1);
    await put('a.json', '[]');
    now -= 60 * MINUTE;
    expect((await again()).found).toEqual([]);
  });

  it('stay as they were where their file cannot be read any more, and others do not', async () => {
    const again = read('a.json', 'b.json');
    await put('a.json', '[{"targets": ["a:1"]}]');
    await put('b.json', '[{"targets": ["b:1"]}]');
    await again();
    await put('a.json', '[');
    await put('b.json', '[{"targets": ["b:2"]}]');
    now += MINUTE;
    const { found, errors } = await again();
    expect(found.map(([address]) => address)).toEqual(['a:1', 'b:2']);
    expect(errors).toEqual([expect.stringMatching(/^file_sd: .*a\.json: Unexpected end/)]);
    // An error is no reason to wait.
    await put('a.json', '[]');
    expect((await again()).errors).toEqual([]);
  });

  it.each([
    ['file', 'x/a.json'],
    ['folder', 'x'],
  ])('go, and that is said, where their %s is not there any more', async (_, gone) => {
    await mkdir(join(folder, 'x'));
    await put('x/a.json', '[{"targets": ["a:1"]}]');
    const again = read(gone === 'x' ? 'x/*.json' : gone);
    expect((await again()).found).toHaveLength(1);
    await rm(join(folder, gone), { recursive: true });
    now += MINUTE;
    const { found, errors } = await again();
    expect(found).toEqual([]);
    expect(errors).toEqual([expect.stringMatching(/^file_sd: .*\.json: .*ENOENT/)]);
  });

  it('stay as they were where their folder cannot be read any more', async () => {
    await mkdir(join(folder, 'x'));
    await put('x/a.json', '[{"targets": ["a:1"]}]');
    const again = read('x/*.json');
    await again();
    await rm(join(folder, 'x'), { recursive: true });
    await put('x', 'no folder');
    now += MINUTE;
    const { found, errors } = await again();
    expect(found.map(([address]) => address)).toEqual(['a:1']);
    expect(errors[0]).toMatch(/^file_sd: .*x\/\*\.json: .*ENOTDIR/);
  });

  it.each([
    [
      '{}',
      'expected a list of target groups, got at its top: Invalid input: expected array, received object',
    ],
    [
      '[{"targets": "a:1"}]',
      'expected a list of target groups, got at [0]["targets"]: Invalid input: expected array, received string',
    ],
    [
      '[{"labels": {"a": 1}}]',
      'expected a list of target groups, got at [0]["labels"]["a"]: Invalid input: expected string, received number',
    ],
    [
      '[{"target": []}]',
      'expected a list of target groups, got at [0]: Unrecognized key: "target"',
    ],
    ['[', 'Unexpected end of JSON input'],
  ])('are none in %j', async (text, message) => {
    await put('a.json', text);
    expect(await read('a.json')()).toEqual({
      found: [],
      errors: [`file_sd: ${join(folder, 'a.json')}: ${message}`],
    });
  });

  it('are targets of their job, beside its static ones', async () => {
    await put('a.json', '[{"targets": ["a:1", "s:1"]}]');
    const { discover } = discoveryOf(
      job({
        discovered: false,
        staticConfigs: [{ targets: ['s:1'], labels: {} }],
        fileDiscoveries: [{ patterns: [join(folder, 'a.json')], refreshMs: MINUTE }],
      }),
    );
    const { targets, leftOut, errors } = await discover(NO_DEADLINE);
    expect(targets.map(({ url }) => url)).toEqual(['http://s:1/metrics', 'http://a:1/metrics']);
    expect({ skipped: countsOf(leftOut), errors }).toEqual({
      skipped: { duplicate: 1 },
      errors: [],
    });
  });

  const group = (...labels: Record<string, string>[]) =>
    labels.map((each) => ({ targets: ['s:1'], labels: each }));

  it('are other targets where their labels differ, of one URL too, as in Prometheus', async () => {
    await put('a.json', '[{"targets": ["s:1"], "labels": {"zone": "c"}}]');
    const { discover } = discoveryOf(
      job({
        discovered: false,
        staticConfigs: group({ zone: 'a' }, { zone: 'b' }, { zone: 'a' }),
        fileDiscoveries: [{ patterns: [join(folder, 'a.json')], refreshMs: MINUTE }],
      }),
    );
    const { targets, leftOut } = await discover(NO_DEADLINE);
    expect(targets.map(({ url, labels }) => [url, labels.zone])).toEqual([
      ['http://s:1/metrics', 'a'],
      ['http://s:1/metrics', 'b'],
      ['http://s:1/metrics', 'c'],
    ]);
    expect(new Set(targets.map(({ id }) => id)).size).toBe(3);
    // What was counted of the one before there were others goes on.
    expect(targets[0]?.id).toBe('ecs http://s:1/metrics');
    expect(countsOf(leftOut)).toEqual({ duplicate: 1 });
  });
});

describe('targets from a server', () => {
  let server: RawTarget;
  let answer: Answer;

  beforeEach(async () => {
    server = await startTarget((socket) => answer(socket));
  });

  afterEach(() => server.stop());

  const json = (value: unknown, type = 'application/json') =>
    answering(JSON.stringify(value), { 'content-type': type });
  const read = () =>
    reader({
      urls: [
        {
          url: server.url,
          refreshMs: MINUTE,
          http: { ...DEFAULT_HTTP, authorization: new Secret('Bearer t') },
        },
      ],
    });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
  ])('come as %s, and have the URL as a label', async (type) => {
    answer = json([{ targets: ['a:1'], labels: { zone: 'x' } }], type);
    expect(await read()()).toEqual({
      found: [['a:1', { zone: 'x', __meta_url: server.url }]],
      errors: [],
    });
  });

  it('are asked for as Prometheus does, with the credentials of the source', async () => {
    answer = json([]);
    await read()();
    const lines = server.requests[0]!.toLowerCase().split('\r\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'accept: application/json',
        'authorization: bearer t',
        'x-prometheus-refresh-interval-seconds: 60',
      ]),
    );
  });

  it.each<[string, Answer, string]>([
    ['status', answering('', {}, '503 Unavailable'), 'expected HTTP status 200, got 503'],
    [
      'type',
      answering('[]', { 'content-type': 'text/html' }),
      'expected content-type application/json, got "text/html"',
    ],
    [
      'form',
      json({ targets: [] }),
      'expected a list of target groups, got at its top: Invalid input: expected array, received object',
    ],
  ])('stay as they were where it answers with a wrong %s', async (_, wrong, message) => {
    const again = read();
    answer = json([{ targets: ['a:1'] }]);
    await again();
    answer = wrong;
    now += MINUTE;
    const { found, errors } = await again();
    expect(found).toMatchObject([['a:1', {}]]);
    expect(errors).toEqual([`http_sd: ${server.url}: ${message}`]);
  });

  it('are asked for once in a refresh_interval', async () => {
    answer = json([{ targets: ['a:1'] }]);
    const again = read();
    await again();
    now += MINUTE / 2;
    await again();
    expect(server.connections).toBe(1);
    now += MINUTE / 2;
    await again();
    expect(server.connections).toBe(2);
  });

  const source = (token: string): HttpDiscovery => ({
    url: server.url,
    refreshMs: MINUTE,
    http: { ...DEFAULT_HTTP, authorization: new Secret(token) },
  });

  it('are asked for once for all jobs that have the same source, errors too', async () => {
    answer = json([{ targets: ['a:1'] }]);
    const jobs = ['one', 'other'].map((name) => job({ name, httpDiscoveries: [source('t')] }));
    const sources = new TargetSources(fetchExposition).for(jobs);
    const { byJob } = await sources.find(now, NO_DEADLINE);
    expect(jobs.map((each) => byJob.get(each)?.length)).toEqual([1, 1]);
    expect(server.connections).toBe(1);
    answer = json({});
    now += MINUTE;
    const { errors } = await sources.find(now, NO_DEADLINE);
    expect(errors).toHaveLength(1);
  });

  it.each([
    [
      'stay, and are not asked for again, where their source is the same',
      't',
      ['renamed http://a:1/metrics'],
      1,
    ],
    ['go where their source is another', 'u', [], 2],
  ])('of another configuration %s', async (_, token, expected, connections) => {
    answer = json([{ targets: ['a:1'] }]);
    const discovery = discoveryOf(job({ httpDiscoveries: [source('t')] }));
    await discovery.discover(NO_DEADLINE);
    answer = answering('', {}, '503 Unavailable');
    const other = job({ name: 'renamed', httpDiscoveries: [source(token)] });
    const { targets } = await discovery.reconfigured({ jobs: [other] }).discover(NO_DEADLINE);
    expect(targets.map(({ id }) => id)).toEqual(expected);
    expect(server.connections).toBe(connections);
  });
});
