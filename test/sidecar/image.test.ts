import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { VERSION } from '../../sidecar/version.ts';
import { readValue } from './exposition/read-text.ts';
import { startMetadataStandIn } from './metadata-stand-in.ts';
import { sampleStats, sampleTask } from './sample-documents.ts';
import { startSidecar } from './sidecar-process.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const MAX_BUNDLE_BYTES = 64_000;

const run = promisify(execFile);

describe('The image of the sidecar', () => {
  let instructions: string[];
  let folder: string;
  let bundle: string;

  beforeAll(async () => {
    instructions = instructionsOf(await readFile(join(REPOSITORY, 'sidecar/Dockerfile'), 'utf8'));
    folder = await mkdtemp(join(tmpdir(), 'fargauge-image-'));
    bundle = join(folder, 'sidecar.mjs');
    const [, command = ''] =
      /^RUN npx --no-install esbuild (.+)$/m.exec(instructions.join('\n')) ?? [];
    const args = command.replace(/--outfile=\S+/, `--outfile=${bundle}`).split(' ');
    await run(join(REPOSITORY, 'node_modules/.bin/esbuild'), args, { cwd: REPOSITORY });
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('holds one file under 64 kB that imports nothing but Node.js itself', async () => {
    const text = await readFile(bundle, 'utf8');
    const imports = [...text.matchAll(/\bfrom\s*"([^"]+)"|\bimport\s*\(?"([^"]+)"/g)].map(
      ([, from, imported]) => from ?? imported,
    );

    expect((await stat(bundle)).size).toBeLessThan(MAX_BUNDLE_BYTES);
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.filter((name) => !name?.startsWith('node:'))).toEqual([]);
  });

  it('runs the file by its entry point, and checks its health by its health check', async () => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0));
    const env = { ECS_CONTAINER_METADATA_URI_V4: standIn.uri };
    await using sidecar = startSidecar(env, programOf(instruction('ENTRYPOINT')));
    const url = await sidecar.url();

    const text = await (await fetch(`${url}/metrics`)).text();
    const check = startSidecar(
      { ...env, ECS_METRICS_EXPORTER_PORT: new URL(url).port },
      programOf(instruction('HEALTHCHECK')),
    );

    expect(readValue(text, 'ee_task_cpu_utilization_percent')).toBe(40);
    expect((await check.ending).code).toBe(0);
    sidecar.process.kill('SIGTERM');
    expect((await sidecar.ending).code).toBe(0);
  });

  it('runs as a user that is not root, by number', () => {
    expect(instruction('USER')).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
  });

  it('names no platform, so that it builds for each', () => {
    expect(instructions.filter((line) => /--platform|amd64|arm64|x64/.test(line))).toEqual([
      expect.stringMatching(/^RUN npx .* --platform=node /),
    ]);
  });

  it('has the version of the package', async () => {
    const { version } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8'));

    expect(VERSION).toBe(version);
  });

  /** The last one counts, as for Docker. */
  function instruction(name: string): string {
    return instructions.findLast((line) => line.startsWith(`${name} `)) ?? '';
  }

  /** The program and the arguments of an instruction in exec form: `["node", flags…, "/sidecar.mjs", args…]`. */
  function programOf(line: string): { flags: string[]; program: string; args: string[] } {
    const [node, ...words] = JSON.parse(line.slice(line.indexOf('['))) as string[];
    expect(node).toBe('node');
    const at = words.indexOf('/sidecar.mjs');
    expect(at).toBeGreaterThanOrEqual(0);
    return { flags: words.slice(0, at), program: bundle, args: words.slice(at + 1) };
  }
});

/** Without comments, and with lines that go on joined. */
function instructionsOf(dockerfile: string): string[] {
  return dockerfile
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '');
}
