import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { deadAddress, serveMetrics } from '../cli/target.ts';
import { environmentFor, startFunction } from './function-process.ts';

const SECRET = 'hunter2';

let aws: Aws;

beforeEach(async () => {
  aws = await startAws({ ecs: { clusters: ['demo'] } });
});

afterEach(() => aws.close());

const jobFor = (name: string, more: object) => ({
  job_name: name,
  params: { token: [SECRET], module: ['http_2xx'] },
  ...more,
});

function environment(jobs: readonly object[]): Record<string, string> {
  return {
    ...environmentFor(aws),
    POWERTOOLS_LOG_LEVEL: 'DEBUG',
    FARGAUGE_CONFIG: JSON.stringify({
      log_group_name: '/shop',
      scrape_configs: jobs,
      emf_processor: {
        metric_namespace: 'Shop',
        metric_declaration: [
          { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['^q$'] },
        ],
      },
    }),
  };
}

const at = (address: string, labels = {}) => ({ static_configs: [{ targets: [address], labels }] });

describe('a secret in a URL', () => {
  it('is sent to the target and shown nowhere', async () => {
    const asked: string[] = [];
    const redirecting = createServer(({ url = '' }, response) => {
      asked.push(url);
      response.writeHead(302, { location: `http://elsewhere.test${url}` }).end();
    }).listen(0, '127.0.0.1');
    await once(redirecting, 'listening');
    const { port } = redirecting.address() as AddressInfo;
    await using healthy = await serveMetrics(() => 'q 1\nunwanted 1\n# no end');
    const dead = await deadAddress();
    await using lambda = await startFunction(
      environment([
        jobFor('healthy', at(healthy.address)),
        jobFor('down', at(await deadAddress(), { module: 'http_2xx' })),
        jobFor('twice', {
          static_configs: [
            { targets: [dead], labels: { env: 'a' } },
            { targets: [dead], labels: { env: 'b' } },
            { targets: [healthy.address] },
            { targets: [healthy.address], labels: { env: 'b' } },
          ],
        }),
        jobFor('elsewhere', { ...at(`127.0.0.1:${port}`), follow_redirects: true }),
        {
          job_name: 'listed',
          http_sd_configs: [{ url: `http://${await deadAddress()}/list?key=${SECRET}` }],
        },
      ]),
    );

    expect(lambda.loaded).toEqual({ kind: 'ready' });
    const answer = await lambda.invoke();
    const { stdout, stderr, log } = await lambda.end();
    redirecting.close();

    expect(asked).toEqual([`/metrics?module=http_2xx&token=${SECRET}`]);
    const shown = JSON.stringify(answer) + stdout + stderr;
    expect(shown).not.toContain(SECRET);
    const down = log.filter(({ message }) => message === 'target is down');
    expect(down.map(({ target }) => target)).toEqual([
      expect.stringMatching(/^down http:.*\/metrics\?module=http_2xx&token=<secret>$/),
      expect.stringMatching(/^twice http:.*\/metrics\?module=<secret>&token=<secret>$/),
      expect.stringMatching(
        /^twice http:.*\/metrics\?module=<secret>&token=<secret> \[\["env","b"\],/,
      ),
      expect.stringMatching(/^elsewhere http:.*\/metrics\?module=<secret>&token=<secret>$/),
    ]);
    expect(down.at(-1)).toMatchObject({
      detail: expect.stringContaining('elsewhere.test/metrics?module=<secret>&token=<secret>'),
    });
    expect(shown).toContain('/list?key=<secret>: ');
    expect(log).toContainEqual(
      expect.objectContaining({
        message: 'sample dropped',
        target: expect.stringContaining('token=<secret>'),
      }),
    );
    expect(log).toContainEqual(
      expect.objectContaining({
        message: 'sample dropped',
        target: expect.stringContaining('token=<secret> [["env","b"],'),
      }),
    );
  });

  it('is not shown of an address that makes no target', async () => {
    const addresses: Record<string, string> = {
      '/user': `me:${SECRET}@10.0.0.1:9100`,
      '/query': `10.0.0.2:9100/metrics?token=${SECRET}`,
    };
    const listing = createServer(({ url = '' }, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify([{ targets: [addresses[url]] }]));
    }).listen(0, '127.0.0.1');
    await once(listing, 'listening');
    const { port } = listing.address() as AddressInfo;
    const jobs = Object.keys(addresses).map((path) => ({
      job_name: path,
      http_sd_configs: [{ url: `http://127.0.0.1:${port}${path}` }],
    }));
    await using lambda = await startFunction(environment(jobs));

    const answer = await lambda.invoke();
    const { stdout, stderr } = await lambda.end();
    listing.close();

    const shown = JSON.stringify(answer) + stdout + stderr;
    expect(shown).not.toContain(SECRET);
    expect(shown).toContain('job /user: <secret>@10.0.0.1:9100');
    expect(shown).toContain('job /query: 10.0.0.2:9100/metrics?token=<secret>');
  });

  it('is not in the errors of a configuration', async () => {
    await using lambda = await startFunction(
      environment([
        {
          ...jobFor('shop', {}),
          params: { token: SECRET },
          http_sd_configs: [{ url: `ftp://a.test/list?key=${SECRET}` }],
        },
      ]),
    );
    expect(lambda.loaded).toMatchObject({
      kind: 'error',
      message: expect.stringMatching(/params\.token.*http_sd_configs\[0\]\.url/s),
    });
    expect(JSON.stringify(lambda.loaded)).not.toContain(SECRET);
  });
});
