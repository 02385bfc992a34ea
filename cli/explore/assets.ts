import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { promisify } from 'node:util';

/** A file of the page. */
export interface Asset {
  /** Its content type. */
  readonly type: string;
  readonly contents: Uint8Array;
  /** As the header has it. Absent: the contents are as they are. */
  readonly encoding?: 'gzip' | undefined;
}

/** The built page lies beside the bundled command line, of which this may be a part in a folder. */
const BUILT = ['explore', '../explore'].map((path) => join(import.meta.dirname, path));

/** In the repository it is built on demand. */
const BUILDER = join(import.meta.dirname, '../../infra/build/page.ts');

const PAGE = 'index.html';

/** Of all files. */
const COMPRESSED = '.gz';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * The files of the page by their paths; `/` is the page itself.
 *
 * @throws Error if it is not built, and cannot be
 */
export async function pageAssets(): Promise<ReadonlyMap<string, Asset>> {
  const built = BUILT.find((each) => existsSync(join(each, PAGE + COMPRESSED)));
  if (built !== undefined) return assetsIn(built);
  const folder = await mkdtemp(join(tmpdir(), 'fargauge-page-'));
  try {
    // By a process of its own: the bundled command line has no esbuild.
    await promisify(execFile)(process.execPath, [BUILDER, folder]);
    return await assetsIn(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function assetsIn(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(COMPRESSED));
  const assets = await Promise.all(
    files.map(async (file): Promise<[string, Asset]> => {
      const name = basename(file, COMPRESSED);
      const contents = await readFile(join(folder, file));
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      return [name === PAGE ? '/' : `/${name}`, { type, contents, encoding: 'gzip' }];
    }),
  );
  return new Map(assets);
}
