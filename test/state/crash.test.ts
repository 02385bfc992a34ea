import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CrashWorld, type Published } from './crash-world.ts';
import type { Point } from './crashing-collector.ts';
import { startS3 } from './s3-server.ts';

/** Nine processes, each of which compiles the SDK. */
const TIMEOUT_MS = 120_000;

/** Where the process dies, and how many of three targets' events the next one delivers again. */
const DELIVERED_AGAIN: readonly (readonly [Point, number])[] = [
  ['before the delivery', 0],
  ['before the first batch was answered', 1],
  ['between two batches', 1],
  ['after the delivery', 3],
  ['before the write', 3],
];
const IN_A_FILE: typeof DELIVERED_AGAIN = [
  ...DELIVERED_AGAIN,
  ['in the middle of the write', 3],
  ['before the new file has its name', 3],
  ['after the write', 0],
];
const IN_S3: typeof DELIVERED_AGAIN = [...DELIVERED_AGAIN, ['before the write was answered', 0]];

describe.each([
  ['a file', IN_A_FILE],
  ['S3', IN_S3],
])('a collector that is killed, with its state in %s', (place, table) => {
  const started = new AsyncDisposableStack();
  let world: CrashWorld;
  let published: ReadonlyMap<Point, Published>;

  beforeAll(async () => {
    world = started.use(await (place === 'S3' ? startInS3() : startInFile()));
    published = await world.run(table.map(([point]) => point));
  }, TIMEOUT_MS);

  afterAll(() => started.disposeAsync());

  async function startInFile(): Promise<CrashWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'fargauge-crash-'));
    started.defer(() => rm(folder, { recursive: true }));
    return CrashWorld.start({ kind: 'file', path: join(folder, 'state') });
  }

  async function startInS3(): Promise<CrashWorld> {
    const s3 = started.use(await startS3());
    return CrashWorld.start({ kind: 's3', bucket: 'states', key: 'shop' }, s3.url);
  }

  it.each(table)('%s has lost nothing, and delivers %i events again', (point, twice) => {
    expect(published.get(point)).toEqual({ lost: 0, twice, unexplained: 0 });
  });

  it('has published in all what the counters grew by, and what was delivered twice', () => {
    const twice = table.reduce((sum, [, each]) => sum + each, 0);
    expect(world.total).toEqual({ lost: 0, twice, unexplained: 0 });
  });
});
