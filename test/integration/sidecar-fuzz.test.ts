import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleForHost } from '../../infra/build/sidecar-host.ts';
import { type AttackOptions, attack, type Tally } from '../sidecar/fuzz/attack.ts';
import { ROOT } from './support/places.ts';
import { buildSanitized, SANITIZER_OPTIONS, withoutSanitizer } from './support/sanitized.ts';

/** Of all cases together. `FARGAUGE_FUZZ_SECONDS=3600` in the environment makes it an hour. */
const SECONDS = Number(process.env.FARGAUGE_FUZZ_SECONDS ?? 60);

/** The same in each run, so that an ordinary one fails by a change alone; `FARGAUGE_FUZZ_SEED` makes other inputs. */
const SEED = Number(process.env.FARGAUGE_FUZZ_SEED ?? 1);

const BUILD_MS = 600_000;

/** Recoveries, where the machine is busy. */
const SPARE_MS = 120_000;

const HURRIED = join(ROOT, 'test/sidecar/fuzz/hurried.ts');

const reason = withoutSanitizer();

if (reason !== undefined) {
  it('The sidecar with the address sanitizer: left out', () => console.info(reason));
} else {
  describe('The sidecar with the address sanitizer, under broken documents and broken HTTP', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'fargauge-fuzz-'));
      buildSanitized(await bundleForHost(), join(folder, 'usual'));
      const bundle = join(folder, 'hurried.mjs');
      buildSanitized(await bundleForHost(undefined, bundle, HURRIED), join(folder, 'hurried'));
    }, BUILD_MS);
    afterAll(() => rm(folder, { recursive: true }));

    it.each([
      ['usual', 'as it is', 'task', SEED],
      ['hurried', 'where time passes 50 times faster, with as many documents', 'task', -SEED],
      ['hurried', 'as the daemon of an instance', 'instance', SEED],
    ] as const)(
      'has no bad access to memory and no leak, answers its health check, and recovers: %s, %s',
      async (program, _, scope, seed) => {
        const seconds = SECONDS / 3;
        const tally = await attackIt(join(folder, program), { seed, seconds, scope });

        console.info(`${program}, ${scope}, seed ${seed}: ${JSON.stringify(tally)}`);
        expect(tally.recoveries).toBeGreaterThan(0);
        expect(tally.documents).toBeGreaterThan(0);
        expect(tally.pages).toBeGreaterThan(0);
      },
      SECONDS * 1_000 + SPARE_MS,
    );

    it('would say so: a program that ends by a signal or an exit code is an error', async () => {
      const attacked = attackIt(process.execPath, { seed: SEED, seconds: 1 });

      await expect(attacked).rejects.toThrow('ended without "listening"');
    });
  });
}

function attackIt(program: string, options: AttackOptions): Promise<Tally> {
  return attack([program], { ...options, env: { ASAN_OPTIONS: SANITIZER_OPTIONS } });
}
