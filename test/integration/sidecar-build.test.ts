import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Built, buildHosts, OWN_ARCHITECTURE } from '../../infra/build/sidecar-host.ts';
import { readValue } from '../sidecar/exposition/read-text.ts';
import { startMetadataStandIn } from '../sidecar/metadata-stand-in.ts';
import { startSidecar } from '../sidecar/sidecar-process.ts';
import { run } from './install/command.ts';
import { ROOT } from './support/places.ts';

/** Rust compiles for a minute or two, more where other programs run beside it. */
const BUILD_MS = 900_000;

/** What is read of a bill of materials. */
interface Bill {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly { readonly expression: string }[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

type Program = Extract<Built, { readonly file: string }>;

let programs: Program[];
beforeAll(async () => {
  programs = (await buildHosts()).flatMap((built) => {
    if ('file' in built) return [built];
    console.info(`no program for ${built.architecture}: ${built.reason}`);
    return [];
  });
}, BUILD_MS);

describe('The build of the sidecar', () => {
  it('makes the program of this machine, at least', () => {
    expect(programs.map(({ architecture }) => architecture)).toContain(OWN_ARCHITECTURE);
  });

  it('puts each program into the package, with its Dockerfile and its bill of materials', () => {
    const packed = run('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], { cwd: ROOT });
    const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }];
    const ofPrograms = files
      .map(({ path }) => path)
      .filter((path) => /sidecar\/\w+64\//.test(path));

    expect(ofPrograms.sort()).toEqual(
      programs.flatMap(({ architecture }) =>
        ['Dockerfile', 'fargauge-sidecar', 'fargauge-sidecar.cdx.json'].map(
          (name) => `dist/sidecar/${architecture}/${name}`,
        ),
      ),
    );
  });

  it('tells the parts of each program: what the lock file has, and the engine that runs', async () => {
    const lockFile = await readFile(join(ROOT, 'sidecar/host/Cargo.lock'), 'utf8');
    for (const { file, target } of programs) {
      const { metadata, components, dependencies } = await billOf(file);
      const crates = components.filter(({ purl }) => purl.startsWith('pkg:cargo/'));

      expect(metadata.component.hashes?.[0]?.content).toBe(sha256(file));
      expect(crates.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['dlmalloc', 'libc', 'rquickjs', 'rquickjs-sys', 'rustix']),
      );
      // Nothing that only tests or builds it.
      expect(crates.map(({ name }) => name)).not.toContain('proptest');
      expect(crates.map(({ name }) => name)).not.toContain('cc');
      for (const { name, version, licenses, hashes } of crates) {
        const [entry = ''] = lockFile
          .split('\n\n')
          .filter((text) => text.includes(`"${name}"\nversion = "${version}"`));
        expect(entry).toContain(`checksum = "${hashes?.[0]?.content}"`);
        expect(licenses[0]?.expression).toMatch(/^[\w.-]+( (OR|AND|WITH) [\w.-]+)*$/);
      }
      const references = new Set([metadata.component, ...components].map(({ purl }) => purl));
      expect(new Set(dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]))).toEqual(
        references,
      );
      expect(target).toMatch(/-linux-/);
    }
    const own = programs.find(({ architecture }) => architecture === OWN_ARCHITECTURE)!;
    const engine = (await billOf(own.file)).components.find(({ name }) => name === 'quickjs-ng');
    await using standIn = await startMetadataStandIn();
    await using sidecar = startSidecar(
      { ECS_CONTAINER_METADATA_URI_V4: standIn.uri },
      { command: [own.file] },
    );
    const page = await (await fetch(`${await sidecar.url()}/metrics`)).text();
    expect(readValue(page, 'ee_exporter_info', { runtime: `quickjs-ng v${engine?.version}` })).toBe(
      1,
    );
  });

  describe('at another place', () => {
    let place: string;
    beforeAll(async () => {
      place = await mkdtemp(join(tmpdir(), 'fargauge-elsewhere-'));
      for (const name of ['infra/build', 'sidecar', 'package.json', 'LICENSE', 'lambda/model']) {
        await cp(join(ROOT, name), join(place, name), { recursive: true });
      }
      await symlink(join(ROOT, 'node_modules'), join(place, 'node_modules'));
    });
    afterAll(() => rm(place, { recursive: true }));

    it(
      'gives the same bytes',
      async () => {
        const module = join(place, 'infra/build/sidecar-host.ts');
        const script = `import { buildHost, bundleForHost } from ${JSON.stringify(module)};
          console.log(JSON.stringify(await buildHost(await bundleForHost(), ${JSON.stringify(join(place, 'program'))})));`;
        const built = run(process.execPath, ['--input-type=module-typescript', '--eval', script], {
          cwd: place,
        });
        const own = programs.find(({ architecture }) => architecture === OWN_ARCHITECTURE)!;

        expect(JSON.parse(built)).toMatchObject({ bytes: own.bytes, target: own.target });
        expect(sha256(join(place, 'program'))).toBe(sha256(own.file));
      },
      BUILD_MS,
    );
  });
});

async function billOf(file: string): Promise<Bill> {
  return JSON.parse(await readFile(`${file}.cdx.json`, 'utf8'));
}

function sha256(file: string): string {
  return run('sha256sum', [file]).slice(0, 64);
}
