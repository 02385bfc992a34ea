import { describe, expect, it } from '@jest/globals';
import { relabelConfig } from '../../lambda/config/prometheus/relabel-config.ts';
import { toTarget, withinLimit } from '../../lambda/discovery/job-target.ts';
import { staticTargets } from '../../lambda/discovery/sources/static.ts';
import type { ScrapeJob } from '../../lambda/model/settings/config.ts';
import { DEFAULT_HTTP } from '../../lambda/model/settings/http.ts';
import { SIDECAR_JOB } from '../../lambda/model/settings/names.ts';
import type { SkipReason } from '../../lambda/model/targets/left-out.ts';
import type { Target } from '../../lambda/model/targets/target.ts';
import { limits } from '../series/samples.ts';
import { job } from './ecs/cluster/cluster-of.ts';

const targetOf = (address: string, labels: Record<string, string>, ofJob = {}) =>
  toTarget({ address, labels }, job(ofJob));

function madeOf(address: string, labels: Record<string, string>, ofJob = {}): Target {
  const target = targetOf(address, labels, ofJob);
  if (typeof target === 'string') throw new Error(`expected a target, got ${target}`);
  return target;
}

describe('a target', () => {
  it('has the settings of its job', () => {
    const settings = {
      name: 'node',
      scheme: 'https' as const,
      metricsPath: '/stats',
      timeoutMs: 3_000,
      sampleLimit: 100,
      bodySizeLimit: 1_000,
      labelLimit: 30,
      labelNameLengthLimit: 40,
      labelValueLengthLimit: 50,
      http: { ...DEFAULT_HTTP, followRedirects: true },
      metricRelabeling: [relabelConfig.parse({ action: 'labeldrop', regex: 'x' })],
      honorLabels: true,
      honorTimestamps: false,
      normalizeBounds: false,
      protocols: { accepted: ['PrometheusText0.0.4'] as const },
    };
    expect(targetOf('10.0.0.1:9100', { a: 'b' }, settings)).toEqual({
      id: 'node https://10.0.0.1:9100/stats',
      job: 'node',
      url: 'https://10.0.0.1:9100/stats',
      labels: expect.objectContaining({ a: 'b', job: 'node', instance: '10.0.0.1:9100' }),
      limits: limits({
        timeoutMs: 3_000,
        bodyBytes: 1_000,
        samples: 100,
        labels: 30,
        labelNameBytes: 40,
        labelValueBytes: 50,
      }),
      honorLabels: true,
      honorTimestamps: false,
      normalizeBounds: false,
      history: false,
      protocols: settings.protocols,
      http: settings.http,
      metricRelabeling: settings.metricRelabeling,
    });
  });

  it.each<[string, Partial<ScrapeJob>, boolean]>([
    ['whose job says so', { history: true }, true],
    ['whose job is that of the sidecars', { name: SIDECAR_JOB }, true],
    [
      'whose job is that of the sidecars, but says no',
      { name: SIDECAR_JOB, history: false },
      false,
    ],
    ['of any other job', {}, false],
  ])('%s: whether it is asked for its history', (_, settings, history) => {
    expect(madeOf('h:1', {}, settings)).toMatchObject({ history });
  });

  it('has the path, scheme, job name and instance that its labels say, and no label that begins with __', () => {
    const target = madeOf('h:1', {
      __metrics_path__: '/x',
      __scheme__: 'https',
      __meta__: 'm',
      job: 'mine',
      instance: 'me',
    });
    expect(target).toMatchObject({ id: 'mine https://h:1/x', job: 'mine', url: 'https://h:1/x' });
    expect({ ...target.labels }).toEqual({ job: 'mine', instance: 'me' });
  });

  it.each([
    ['10.0.0.1:80', '/metrics', 'http://10.0.0.1/metrics'],
    ['10.0.0.1:9404', 'metrics', 'http://10.0.0.1:9404/metrics'],
    ['[fd00::1]:9404', '/metrics', 'http://[fd00::1]:9404/metrics'],
    ['host', '/m', 'http://host/m'],
    ['host:1', '/m?format=prometheus', 'http://host:1/m?format=prometheus'],
    ['host:1', '/a b', 'http://host:1/a%20b'],
    ['host:1', '@evil:2/', 'http://host:1/@evil:2/'],
  ])('at %s with the path %s has the URL %s', (address, path, url) => {
    expect(targetOf(address, { __metrics_path__: path })).toMatchObject({ url });
  });

  it.each([
    ['host:99999', {}],
    ['fd00::1:9404', {}],
    ['host:1', { __scheme__: 'file' }],
    ['me:hunter2@host:1', {}],
    ['host:1/path', {}],
    ['host:1?a=b', {}],
  ])('is none where it makes no URL: %s, %j', (address, labels) => {
    expect(targetOf(address, labels)).toBe('bad_address');
  });

  it('has labels that may be called like a member of every object', () => {
    const target = madeOf('h:1', { constructor: 'x' });
    expect(target.labels.constructor).toBe('x');
    expect(target.labels.hasOwnProperty).toBeUndefined();
  });

  it('has the parameters of its job, sorted, with what its labels say as the first value of each', () => {
    const params = { target: ['a'], module: ['http 2xx', 'b&c'], none: [] };
    expect(targetOf('h:1', { __param_target: 'x', __param_z: 'ä' }, { params })).toMatchObject({
      url: 'http://h:1/metrics?module=http+2xx&module=b%26c&target=x&z=%C3%A4',
    });
    expect(targetOf('h:1', { __metrics_path__: '/m?q=a%20b' }, { params })).toMatchObject({
      url: 'http://h:1/m?q=a%20b&module=http+2xx&module=b%26c&target=a',
    });
  });
});

/** A target whose labels relabeling has changed. */
const relabeled = (labels: Record<string, string>, configs: object[], ofJob = {}) =>
  targetOf('h:1', labels, {
    relabeling: configs.map((config) => relabelConfig.parse(config)),
    ...ofJob,
  });

describe('relabeling a target', () => {
  it('begins with the labels of discovery and the settings of the job', () => {
    const settings = {
      scheme: 'https',
      intervalMs: 90_000,
      timeoutMs: 5_000,
      params: { a: ['1', '2'], b: [] },
    };
    const all = [{ action: 'labelmap', regex: '__(.+?)_*', replacement: 'was_$1' }];
    const target = relabeled({ __meta_x: 'y', z: 'z' }, all, settings);
    expect(target).toMatchObject({
      labels: {
        job: 'ecs',
        instance: 'h:1',
        z: 'z',
        was_meta_x: 'y',
        was_address: 'h:1',
        was_scheme: 'https',
        was_metrics_path: '/metrics',
        was_scrape_interval: '1m30s',
        was_scrape_timeout: '5s',
        was_param_a: '1',
      },
    });
    expect(Object.keys((target as Target).labels)).toHaveLength(10);
  });

  it('decides about everything that a URL is made of, the timeout and the name of the job', () => {
    const set = (target_label: string, replacement: string) => ({ target_label, replacement });
    const target = relabeled(
      {},
      [
        { source_labels: ['__address__'], target_label: '__param_target' },
        set('__address__', 'prober:9115'),
        set('__scheme__', 'https'),
        set('__metrics_path__', 'probe'),
        set('__scrape_timeout__', '3s'),
        set('job', 'probes'),
      ],
      { params: { module: ['tcp'] } },
    );
    expect(target).toMatchObject({
      id: 'probes https://prober:9115/probe?module=tcp&target=h%3A1',
      job: 'probes',
      labels: { job: 'probes', instance: 'prober:9115' },
      limits: { timeoutMs: 3_000 },
    });
  });

  it('may set the instance, and take away the job', () => {
    const target = relabeled({}, [
      { source_labels: ['__address__'], regex: '(.*):.*', target_label: 'instance' },
      { action: 'labeldrop', regex: 'job' },
    ]);
    expect(target).toMatchObject({ job: 'ecs', id: 'ecs http://h:1/metrics' });
    expect({ ...(target as Target).labels }).toEqual({ instance: 'h' });
  });

  it.each<[SkipReason, string, object[]]>([
    ['relabeled', 'is dropped', [{ action: 'drop', source_labels: ['job'], regex: 'ecs' }]],
    ['no_address', 'loses its address', [{ action: 'labeldrop', regex: '__address__' }]],
    ['bad_address', 'gets none', [{ target_label: '__address__', replacement: 'a b' }]],
    ['bad_address', 'has no scheme', [{ action: 'labeldrop', regex: '__scheme__' }]],
    ['bad_timing', 'gets a wrong time', [{ target_label: '__scrape_timeout__', replacement: 'x' }]],
    ['bad_timing', 'gets no time', [{ target_label: '__scrape_timeout__', replacement: '0s' }]],
    ['bad_timing', 'has no interval', [{ action: 'labeldrop', regex: '__scrape_interval__' }]],
    ['bad_timing', 'waits too long', [{ target_label: '__scrape_timeout__', replacement: '61s' }]],
  ])('%s: a target that %s is none', (reason, _, configs) => {
    expect(relabeled({}, configs)).toBe(reason);
  });
});

describe('target_limit', () => {
  const two = ['a:1', 'b:2'].map((address) => madeOf(address, {}));

  it.each([0, 2, 3])('%d leaves two targets alone', (targetLimit) => {
    expect(withinLimit(two, job({ targetLimit }))).toEqual(two);
  });

  it('marks every target of a job that has more', () => {
    const overLimit = 'expected at most 1 targets in the job (target_limit), got 2';
    expect(withinLimit(two, job({ targetLimit: 1 }))).toEqual(
      two.map((target) => ({ ...target, overLimit })),
    );
  });
});

it('static targets have the labels of their group, but for empty ones', () => {
  const staticConfigs = [
    { targets: ['a:1', 'b:2'], labels: { env: 'test', zone: '' } },
    { targets: ['c:3'], labels: {} },
  ];
  const found = staticTargets(job({ staticConfigs }));
  expect(found.map(({ address, labels }) => [address, { ...labels }])).toEqual([
    ['a:1', { env: 'test' }],
    ['b:2', { env: 'test' }],
    ['c:3', {}],
  ]);
});
