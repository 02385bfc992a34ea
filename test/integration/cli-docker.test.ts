import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleCli } from '../../infra/build/command-line.ts';
import { run } from './install/command.ts';
import { type Account, accountOf } from './support/aws/accounts.ts';
import { type Aws, startAws } from './support/aws/aws.ts';
import { readLogGroup } from './support/aws/log-group.ts';
import { start } from './support/child.ts';
import { type DockerEngine, startDockerEngine } from './support/docker/engine.ts';
import { makeRootFileSystem } from './support/docker/root-file-system.ts';
import { extractMetrics } from './support/emf.ts';
import { NODE_EXPORTER, ROOT } from './support/places.ts';

const GUIDE = join(ROOT, 'docs/outside-ecs.md');

const engine = await startDockerEngine();

if ('reason' in engine) {
  it('The command line in its image: left out, no Docker engine can be started here', () => {
    console.info(`dockerd: ${engine.reason}`);
  });
} else {
  describe('The command line in its image, as the guide starts it', () => judge(engine));
}

function judge({ docker }: DockerEngine): void {
  const started = new AsyncDisposableStack();
  let folder: string;
  let aws: Aws;
  let account: Account;
  let options: string[];

  beforeAll(async () => {
    started.use(engine as DockerEngine);
    folder = await mkdtemp(join(tmpdir(), 'fargauge-cli-image-'));
    started.defer(() => rm(folder, { recursive: true }));
    await chmod(folder, 0o755);
    aws = started.use(await startAws());
    account = started.use(await accountOf(aws, '333333333333'));
    const exporter = started.use(start(NODE_EXPORTER, ['--web.listen-address=127.0.0.1:0']));
    const [, address = ''] = await exporter.says(/msg="Listening on" address=(\S+)/);

    const root = join(folder, 'root');
    await mkdir(root);
    makeRootFileSystem(root);
    const tarball = join(folder, 'root.tar');
    run('tar', ['--create', '--file', tarball, '--directory', root, '.']);
    await docker('import', '--change=ENV PATH=/usr/local/bin:/usr/bin:/bin', tarball, 'node:local');
    await bundleCli();
    await docker(
      ...['build', '--network=none', '--build-arg=NODE_IMAGE=node:local'],
      ...['--file', join(ROOT, 'cli/Dockerfile'), '--tag=fargauge', ROOT],
    );

    const example = await readFile(join(ROOT, 'examples/node-exporter.yaml'), 'utf8');
    await writeFile(join(folder, 'fargauge.yaml'), example.replace('127.0.0.1:9100', address));
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = account.env;
    await writeFile(
      join(folder, 'aws'),
      `[fargauge]\naws_access_key_id = ${AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}\naws_session_token = ${AWS_SESSION_TOKEN}\n`,
    );
    const [, words = ''] =
      /^docker run ((?:.*\\\n)*.*)$/m.exec(await readFile(GUIDE, 'utf8')) ?? [];
    options = words
      .replaceAll('\\\n', ' ')
      .replaceAll('/etc/fargauge/', (path, at: number) =>
        // Outside of the container only.
        words.replaceAll('\\\n', ' ')[at - 1] === ':' ? path : `${folder}/`,
      )
      .split(/\s+/);
  }, 300_000);

  afterAll(() => started.disposeAsync(), 120_000);

  /** Starts a container and waits for its first cycle. */
  async function collect(): Promise<{ readonly id: string; readonly log: string }> {
    const id = await docker('run', `--env=AWS_ENDPOINT_URL=${aws.endpoint}`, ...options);
    await using log = start('docker', ['logs', '--follow', id], {
      DOCKER_HOST: (engine as DockerEngine).host,
    });
    await log.says(/^state: .*\n/m);
    return { id, log: log.stdout() };
  }

  const published = async (name: string) =>
    (await readLogGroup(account.logs, '/on-premises/node'))
      .flatMap(({ message }) => extractMetrics(message))
      .filter((metric) => metric.name === name)
      .flatMap(({ values }) => values);

  it('collects as a user without capabilities, and keeps its state where it was killed', async () => {
    const first = await collect();
    expect(first.log).toMatch(/1 targets: 1 up, 0 down/);
    expect(await published('up')).toEqual([1]);
    expect(await published('node_cpu_seconds_total')).toEqual([]);
    const status = await docker(
      ...['exec', first.id, 'node', '-p', `fs.readFileSync('/proc/1/status','utf8')`],
    );
    expect(status).toMatch(/^Uid:\s+1000\s/m);
    expect(status).toMatch(/^CapEff:\s+0+$/m);

    // A container that takes the place of one that was killed.
    await docker('rm', '--force', first.id);
    const second = await collect();
    expect(await published('up')).toEqual([1, 1]);
    expect((await published('node_cpu_seconds_total')).length).toBeGreaterThan(0);

    await docker('stop', second.id);
    expect(await docker('inspect', '--format={{.State.ExitCode}}', second.id)).toBe('0');
  }, 120_000);
}
