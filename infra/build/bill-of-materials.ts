import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The crate that brings the engine's C sources, and the header in them that tells the engine's version. */
const ENGINE_CRATE = 'rquickjs-sys';
const ENGINE_HEADER = 'quickjs/quickjs.h';

/** A crate in the program. */
interface Crate {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly uses: Set<Crate>;
}

/** A part of the program, as CycloneDX 1.6 has it. */
interface Component {
  readonly type: 'application' | 'library';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly licenses?: readonly { readonly expression: string }[];
  readonly hashes?: readonly { readonly alg: 'SHA-256'; readonly content: string }[];
}

/**
 * The parts of the sidecar's program, by which a scanner finds those with known defects: its crates, the engine in one of them, and the
 * libraries of Rust. Of the same program it is the same text: https://cyclonedx.org/docs/1.6/json/
 *
 * @param host the crate's folder
 * @param program the file that was built
 * @param target for which it was built
 */
export async function billOfMaterials(
  host: string,
  program: string,
  target: string,
): Promise<string> {
  const crates = await cratesOf(host, target);
  const checksums = checksumsOf(await readFile(join(host, 'Cargo.lock'), 'utf8'));
  const [root, ...others] = crates.map((crate) => componentOf(crate, checksums));
  const engine = await engineIn(host);
  const rust = await standardLibrary();
  const dependencies = crates.map((crate) => ({
    ref: refOf(crate),
    dependsOn: [
      ...[...crate.uses].map(refOf),
      ...(crate.name === ENGINE_CRATE ? [engine['bom-ref']] : []),
      ...(crate === crates[0] ? [rust['bom-ref']] : []),
    ],
  }));
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: { ...root, type: 'application', hashes: [sha256(await readFile(program))] },
      properties: [{ name: 'fargauge:target', value: target }],
    },
    components: [...others, engine, rust],
    dependencies,
  };
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}

/** The crate itself, then those in its program: not those that only build or test it. */
async function cratesOf(host: string, target: string): Promise<Crate[]> {
  const tree = await cargo(host, [
    ...['tree', '--edges', 'normal', '--target', target],
    ...['--prefix', 'depth', '--no-dedupe', '--format', '{p}|{l}'],
  ]);
  const crates = new Map<string, Crate>();
  const above: Crate[] = [];
  for (const line of tree.trimEnd().split('\n')) {
    const [, depth, name = '', version = '', license = ''] = found(
      /^(\d+)(\S+) v(\S+)[^|]*\|(.*)$/.exec(line) ?? undefined,
      line,
    );
    const key = `${name} ${version}`;
    const crate = crates.get(key) ?? { name, version, license, uses: new Set() };
    crates.set(key, crate);
    above.splice(Number(depth), Infinity, crate);
    above.at(-2)?.uses.add(crate);
  }
  return [...crates.values()];
}

function componentOf(crate: Crate, checksums: ReadonlyMap<string, string>): Component {
  const { name, version, license } = crate;
  const checksum = checksums.get(`${name} ${version}`);
  return {
    type: 'library',
    'bom-ref': refOf(crate),
    name,
    version,
    purl: refOf(crate),
    // The older form, which is no expression of SPDX.
    licenses: [{ expression: license.replaceAll('/', ' OR ') }],
    ...(checksum !== undefined && { hashes: [{ alg: 'SHA-256', content: checksum }] }),
  };
}

/** The engine is no crate, but its defects are those that matter most. */
async function engineIn(host: string): Promise<Component> {
  const metadata = JSON.parse(await cargo(host, ['metadata', '--format-version', '1'])) as {
    readonly packages: readonly { readonly name: string; readonly manifest_path: string }[];
  };
  const crate = found(
    metadata.packages.find(({ name }) => name === ENGINE_CRATE),
    ENGINE_CRATE,
  );
  const header = await readFile(join(dirname(crate.manifest_path), ENGINE_HEADER), 'utf8');
  const [major, minor, patch] = ['MAJOR', 'MINOR', 'PATCH'].map((part) =>
    found(new RegExp(`^#define QJS_VERSION_${part} (\\d+)$`, 'm').exec(header)?.[1], part),
  );
  const version = `${major}.${minor}.${patch}`;
  const purl = `pkg:github/quickjs-ng/quickjs@v${version}`;
  const licenses = [{ expression: 'MIT' }];
  return { type: 'library', 'bom-ref': purl, name: 'quickjs-ng', version, purl, licenses };
}

/** Rust's own library, with musl in it where that is the target. */
async function standardLibrary(): Promise<Component> {
  const { stdout } = await run('rustc', ['--version']);
  const version = found(/^rustc (\S+)/.exec(stdout)?.[1], stdout);
  const purl = `pkg:github/rust-lang/rust@${version}`;
  const licenses = [{ expression: 'MIT OR Apache-2.0' }];
  return { type: 'library', 'bom-ref': purl, name: 'rust-std', version, purl, licenses };
}

/** By name and version. */
function checksumsOf(lockFile: string): Map<string, string> {
  const entries = lockFile.matchAll(
    /^name = "([^"]+)"\nversion = "([^"]+)"\nsource = .*\nchecksum = "([0-9a-f]{64})"$/gm,
  );
  return new Map(
    [...entries].map(([, name, version, checksum = '']) => [`${name} ${version}`, checksum]),
  );
}

/** https://github.com/package-url/purl-spec */
function refOf({ name, version }: Crate): string {
  return `pkg:cargo/${name}@${version}`;
}

async function cargo(host: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run('cargo', ['--locked', ...args], { cwd: host, maxBuffer: 1e8 });
  return stdout;
}

function sha256(bytes: Uint8Array): { readonly alg: 'SHA-256'; readonly content: string } {
  return { alg: 'SHA-256', content: createHash('sha256').update(bytes).digest('hex') };
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the bill of materials: nothing is known of ${what}`);
  return value;
}
