import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Bundle, bundleSidecar, OF_THE_RUNTIME } from '../../../infra/build/bundle.ts';
import { REPOSITORY } from '../../../infra/build/paths.ts';
import { collectorBundle } from '../../bundles.ts';

/** In bytes. The sidecar's was 64,000 until it could show all tasks of an instance, which takes 16,000. */
const COLLECTOR_BUDGET = 900_000;
const SIDECAR_BUDGET = 88_000;

const run = promisify(execFile);

const servers: Server[] = [];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-bundle-'));
});
afterAll(async () => {
  for (const server of servers) server.close();
  await rm(folder, { recursive: true });
});

describe('the collector', () => {
  let bundle: Bundle;
  beforeAll(async () => {
    const { file, ...made } = await collectorBundle();
    // Beside no packages, as in Lambda.
    await cp(dirname(file), join(folder, 'collector'), { recursive: true });
    bundle = { ...made, file: join(folder, 'collector', basename(file)) };
  });

  it('has the client of EC2 in a file of its own, which it reads only if a task runs on an instance', async () => {
    const text = await readFile(bundle.file, 'utf8');
    // A matcher would print the whole bundle.
    expect(text.split('import("./ec2.mjs")').length - 1).toBe(1);
    expect(text.includes('DescribeInstancesRequest')).toBe(false);
    const script = `
      const { ec2Client } = await import(${JSON.stringify(pathToFileURL(join(folder, 'collector/ec2.mjs')).href)});
      const { instances } = ec2Client({ region: 'eu-west-1', endpoint: process.env.ENDPOINT });
      await instances(['i-1'], {}).then(console.log, ({ name }) => console.log(name));
    `;
    const asked: string[] = [];
    const ec2 = await serve((body) => {
      asked.push(body);
      return '<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>';
    });
    const env = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', ENDPOINT: urlOf(ec2) };
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { env });
    expect(stdout).toBe('[]\n');
    expect(asked).toEqual([expect.stringContaining('Action=DescribeInstances')]);
  });

  it('starts with one file of less than 900 kB', () => {
    expect(bundle.bytes).toBeLessThan(COLLECTOR_BUDGET);
  });

  describe('in a folder without its other files', () => {
    let alone: string;
    beforeAll(async () => {
      alone = join(folder, 'alone/index.mjs');
      await cp(bundle.file, alone);
    });

    /** What the start of the function ends with: nothing, or its error. */
    async function started(file: string, env: Readonly<Record<string, string>>): Promise<string> {
      const script = `await import(${JSON.stringify(pathToFileURL(file).href)})`;
      const given = { AWS_REGION: 'eu-west-1', FARGAUGE_CLUSTER: 'prod', ...env };
      return run(process.execPath, ['--input-type=module', '-e', script], { env: given }).then(
        () => '',
        ({ stderr }) => stderr,
      );
    }

    it('starts by the built-in default', async () => {
      expect(await started(alone, {})).toBe('');
    });

    it('lacks the one that reads a document', async () => {
      const env = { FARGAUGE_CONFIG: 'ecs_service_discovery: {}' };
      expect(await started(alone, env)).toContain('yaml.mjs');
      expect(await started(bundle.file, env)).toBe('');
    });
  });

  it('asks AWS STS for credentials of a role by a file of its own', async () => {
    const text = await readFile(bundle.file, 'utf8');
    expect(text.split('import("./sts.mjs")').length - 1).toBe(1);
    const script = `
      const { temporaryCredentials } = await import(${JSON.stringify(pathToFileURL(join(folder, 'collector/sts.mjs')).href)});
      const { accessKeyId } = await temporaryCredentials({
        params: { RoleArn: 'arn:aws:iam::111122223333:role/one', RoleSessionName: 'test' },
        clientConfig: { region: 'eu-west-1', endpoint: process.env.ENDPOINT },
      })();
      console.log(accessKeyId);
    `;
    const sts = await serve((body) => {
      const [action] = /AssumeRole/.exec(body) ?? [];
      const credentials = `<Credentials><AccessKeyId>${action}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></Credentials>`;
      return `<AssumeRoleResponse><AssumeRoleResult>${credentials}</AssumeRoleResult></AssumeRoleResponse>`;
    });
    const env = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', ENDPOINT: urlOf(sts) };
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { env });
    expect(stdout).toBe('AssumeRole\n');
  });

  it('needs nothing that is neither in it nor in the Lambda runtime', () => {
    expect(bundle.missing.toSorted()).toEqual([...OF_THE_RUNTIME]);
  });

  it('scrapes and delivers', async () => {
    // GIVEN
    const target = await serve(() => '# TYPE queue_length gauge\nqueue_length 7\n');
    const delivered: string[] = [];
    const logs = await serve((body) => {
      delivered.push(body);
      return '{}';
    });
    const env = {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: urlOf(logs),
      CW_CONFIG_CONTENT: JSON.stringify({
        logs: { metrics_collected: { prometheus: { log_group_name: 'group' } } },
      }),
      PROMETHEUS_CONFIG_CONTENT: JSON.stringify({
        scrape_configs: [{ job_name: 'app', static_configs: [{ targets: [hostOf(target)] }] }],
      }),
    };
    const script = `
      const { handler } = await import(${JSON.stringify(pathToFileURL(bundle.file).href)});
      await handler({}, { getRemainingTimeInMillis: () => 10_000 });
    `;

    // WHEN
    await run(process.execPath, ['--input-type=module', '-e', script], { env });

    // THEN
    expect(delivered).toEqual([expect.stringContaining('\\"queue_length\\":7')]);
  });
});

describe('the sidecar', () => {
  it('is one file of less than 88 kB that needs nothing else', async () => {
    const bundle = await bundleSidecar(join(folder, 'sidecar'));
    expect(bundle.bytes).toBeLessThan(SIDECAR_BUDGET);
    expect(bundle.missing).toEqual([]);
  });

  it('has a Dockerfile beside it that makes the same image, without building anything', async () => {
    await bundleSidecar(join(folder, 'image'));
    const dockerfile = await readFile(join(folder, 'image/Dockerfile'), 'utf8');
    const instructions = dockerfile.split('\n').filter((line) => /^[A-Z]/.test(line));
    const original = await readFile(join(REPOSITORY, 'sidecar/node.Dockerfile'), 'utf8');
    const stage = original.slice(original.lastIndexOf('FROM')).split('\n');
    expect(instructions).toEqual([
      expect.stringMatching(/^ARG NODE_IMAGE=/),
      stage[0],
      'COPY index.mjs /fargauge-sidecar',
      ...stage.filter((line) => /^[A-Z]/.test(line)).slice(2),
    ]);
  });
});

/** A server on loopback that answers each request with what `answer` makes of its body. */
async function serve(answer: (body: string) => string): Promise<Server> {
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(answer(await text(request)));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function hostOf(server: Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function urlOf(server: Server): string {
  return `http://${hostOf(server)}`;
}
