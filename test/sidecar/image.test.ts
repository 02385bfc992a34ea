import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { VERSION } from '../../sidecar/catalogue/version.ts';
import { readValue } from './exposition/read-text.ts';
import { startMetadataStandIn } from './metadata-stand-in.ts';
import { sampleStats, sampleTask } from './sample-documents.ts';
import { startSidecar } from './sidecar-process.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
/** The code of a daemon for an instance is a sixth of it. */
const MAX_BUNDLE_BYTES = 88_000;

const run = promisify(execFile);

describe('The image of the sidecar on Node.js', () => {
  let instructions: string[];
  let folder: string;
  let bundle: string;

  beforeAll(async () => {
    instructions = instructionsOf(
      await readFile(join(REPOSITORY, 'sidecar/node.Dockerfile'), 'utf8'),
    );
    folder = await mkdtemp(join(tmpdir(), 'fargauge-image-'));
    bundle = join(folder, 'fargauge-sidecar');
    const [, command = ''] =
      /^RUN npx --no-install (esbuild .+)$/m.exec(instructions.join('\n')) ?? [];
    const bin = join(REPOSITORY, 'node_modules/.bin');
    await run('sh', ['-c', command.replaceAll('dist/fargauge-sidecar', bundle)], {
      cwd: REPOSITORY,
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
    });
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('holds one file under 88 kB that imports nothing but Node.js itself', async () => {
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
    const env = {
      ECS_CONTAINER_METADATA_URI_V4: standIn.uri,
      // The Node.js of the image.
      PATH: dirname(process.execPath),
    };
    await using sidecar = startSidecar(env, { command: commandOf('ENTRYPOINT') });
    const url = await sidecar.url();

    const text = await (await fetch(`${url}/metrics`)).text();
    const check = startSidecar(
      { ...env, ECS_METRICS_EXPORTER_PORT: new URL(url).port },
      { command: commandOf('HEALTHCHECK') },
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

  /** The words of an instruction in exec form, with the program that was built. */
  function commandOf(name: string): string[] {
    const line = instruction(name);
    const words = JSON.parse(line.slice(line.indexOf('['))) as string[];
    expect(words).toContain('/fargauge-sidecar');
    const places: Readonly<Record<string, string>> = {
      node: process.execPath,
      '/fargauge-sidecar': bundle,
    };
    return words.map((word) => places[word] ?? word);
  }
});

describe('The image of the sidecar', () => {
  it('holds one program for its platform and nothing else, checks its health by it, and has no root', async () => {
    const text = await readFile(join(REPOSITORY, 'sidecar/Dockerfile'), 'utf8');

    expect(instructionsOf(text)).toEqual([
      'FROM scratch',
      'ARG TARGETARCH',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Docker puts the platform in.
      'COPY dist/sidecar/${TARGETARCH}/fargauge-sidecar /fargauge-sidecar',
      'USER 1000:1000',
      'EXPOSE 9546',
      expect.stringMatching(/^HEALTHCHECK .* CMD \["\/fargauge-sidecar", "health"\]$/),
      'ENTRYPOINT ["/fargauge-sidecar"]',
    ]);
  });
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
