import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runToEnd } from './support/child.ts';
import { installService, type Service } from './support/service.ts';

describe('the unit of systemd', () => {
  let folder: string;
  let service: Service;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fargauge-unit-'));
    service = await installService(folder, '', '');
  });

  afterAll(() => rm(folder, { recursive: true }));

  async function analyze(unit: string, ...command: string[]) {
    const file = join(folder, 'fargauge.service');
    await writeFile(file, unit);
    return runToEnd('systemd-analyze', [...command, file]);
  }

  it('is one that systemd takes without a word', async () => {
    const { code, stdout, stderr } = await analyze(service.unit, 'verify', '--man=no');
    expect({ code, said: stdout + aboutUnit(stderr) }).toEqual({ code: 0, said: '' });
  });

  it('is judged by what it says: a key that systemd does not know is told', async () => {
    const { stderr } = await analyze(
      `${service.unit}\n[Service]\nStateFolder=x\n`,
      'verify',
      '--man=no',
    );
    expect(aboutUnit(stderr)).toContain("'StateFolder'");
  });

  it('runs without root', async () => {
    const { stdout } = await analyze(service.unit, 'security', '--offline=true', '--no-pager');
    const [, exposure = ''] =
      /Overall exposure level for fargauge.service: ([\d.]+)/.exec(stdout) ?? [];
    // Of 10; a service without any of it has 9.6.
    expect(Number(exposure)).toBeLessThan(6);
  });
});

/** What is said of other units of the machine does not count. */
function aboutUnit(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => line.includes('fargauge.service'))
    .join('\n');
}
