import { describe, expect, it } from '@jest/globals';
import { toTarget } from '../../lambda/discovery/job-target.ts';
import { staticTargets } from '../../lambda/discovery/static.ts';
import { job } from './cluster-of.ts';

const targetOf = (address: string, labels: Record<string, string>, ofJob = {}) =>
  toTarget({ address, labels }, job(ofJob));

describe('a target', () => {
  it('has the settings of its job', () => {
    const settings = {
      name: 'node',
      scheme: 'https' as const,
      metricsPath: '/stats',
      timeoutMs: 3_000,
      sampleLimit: 100,
      bodySizeLimit: 1_000,
      honorLabels: true,
      honorTimestamps: false,
    };
    expect(targetOf('10.0.0.1:9100', { a: 'b' }, settings)).toEqual({
      id: 'node https://10.0.0.1:9100/stats',
      job: 'node',
      url: 'https://10.0.0.1:9100/stats',
      labels: expect.objectContaining({ a: 'b', job: 'node', instance: '10.0.0.1:9100' }),
      limits: { timeoutMs: 3_000, bodyBytes: 1_000, samples: 100 },
      honorLabels: true,
      honorTimestamps: false,
    });
  });

  it('has the path, scheme, job name and instance that its labels say, and no label that begins with __', () => {
    const target = targetOf('h:1', {
      __metrics_path__: '/x',
      __scheme__: 'https',
      __meta__: 'm',
      job: 'mine',
      instance: 'me',
    });
    expect(target).toMatchObject({ id: 'mine https://h:1/x', job: 'mine', url: 'https://h:1/x' });
    expect({ ...target?.labels }).toEqual({ job: 'mine', instance: 'me' });
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
    expect(targetOf(address, { __metrics_path__: path })?.url).toBe(url);
  });

  it.each([
    ['host:99999', {}],
    ['fd00::1:9404', {}],
    ['host:1', { __scheme__: 'file' }],
  ])('is none where it makes no URL: %s, %j', (address, labels) => {
    expect(targetOf(address, labels)).toBeUndefined();
  });

  it('has labels that may be called like a member of every object', () => {
    const target = targetOf('h:1', { constructor: 'x' });
    expect(target?.labels.constructor).toBe('x');
    expect(target?.labels.hasOwnProperty).toBeUndefined();
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
