import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleCli } from '../../../infra/build/command-line.ts';
import { makeDeb } from '../../../infra/release/deb.ts';
import { serveMetrics } from '../../cli/target.ts';
import { run } from '../install/command.ts';
import { runToEnd } from '../support/child.ts';

const SLOW = 300_000;

describe('the Debian package', () => {
  let folder: string;
  let root: string;
  let deb: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fargauge-deb-'));
    await bundleCli(join(folder, 'cli'));
    deb = await makeDeb(folder, join(folder, 'cli'));
    // A machine of its own in a folder: this one gets no package.
    root = join(folder, 'root');
    for (const name of ['info', 'parts', 'triggers', 'updates']) {
      await mkdir(join(root, 'var/lib/dpkg', name), { recursive: true });
    }
    await writeFile(join(root, 'var/lib/dpkg/status'), '');
  }, SLOW);
  afterAll(() => rm(folder, { recursive: true }));

  const dpkg = (...args: string[]) =>
    run('dpkg', [
      `--root=${root}`,
      ...['--force-not-root', '--force-depends', '--force-script-chrootless'],
      ...args,
    ]);
  const at = (path: string) => join(root, path);

  it(
    'is installed by `dpkg -i`, and its first cycle gives an event',
    async () => {
      dpkg('-i', deb);
      await using target = await serveMetrics(() => '# TYPE load gauge\nload 5\n');
      const config = join(folder, 'fargauge.yaml');
      await writeFile(
        config,
        JSON.stringify({
          log_group_name: 'test',
          scrape_configs: [{ job_name: 'app', static_configs: [{ targets: [target.address] }] }],
        }),
      );
      // What /usr/bin/fargauge runs, in the folder that stands for the machine's root.
      const command = await readFile(at('usr/bin/fargauge'), 'utf8');
      const here = join(folder, 'fargauge');
      await writeFile(here, command.replaceAll('/usr/lib/', `${at('usr/lib')}/`));
      await chmod(here, 0o755);
      const state = join(folder, 'state');
      const args = ['collect', '--config', config, '--state', state];
      const { code, stdout } = await runToEnd(here, args, { HOME: '/nonexistent' });
      expect({ code, event: JSON.parse(stdout) }).toEqual({
        code: 0,
        event: expect.objectContaining({ load: 5 }),
      });
    },
    SLOW,
  );

  it('has a unit that runs its command, with a Region that an upgrade keeps', async () => {
    const unit = await readFile(at('usr/lib/systemd/system/fargauge.service'), 'utf8');
    expect(unit).toMatch(/^ExecStart=\/usr\/bin\/fargauge collect --config \/etc\/fargauge\//m);
    expect(unit).toMatch(/^EnvironmentFile=\/etc\/default\/fargauge$/m);
    expect(unit).not.toMatch(/\/opt\/|^Environment=AWS_REGION/m);
    expect(dpkg('--status', 'fargauge')).toMatch(/Conffiles:\n \/etc\/default\/fargauge /);
  });

  it('leaves nothing of its own when it is purged', () => {
    dpkg('--purge', 'fargauge');
    for (const path of ['usr/lib/fargauge', 'usr/bin/fargauge', 'etc/default/fargauge']) {
      expect({ path, there: existsSync(at(path)) }).toEqual({ path, there: false });
    }
  });
});
