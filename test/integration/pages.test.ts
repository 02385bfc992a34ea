import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { differenceOf, isSame } from './pages/differences.ts';
import { pagesOf } from './pages/generate.ts';
import { mended } from './pages/mended.ts';
import { decodedPage } from './pages/page.ts';
import { readByPrometheus } from './pages/server.ts';
import { PROMETHEUS, PROMETHEUS_3 } from './support/places.ts';
import { ORACLE_SEED } from './support/seed.ts';

/** Pages in all. */
const PAGES = Number(process.env.FARGAUGE_ORACLE_PAGES ?? 2_000);

/** Targets of one Prometheus. */
const PAGES_AT_A_TIME = 2_000;

/** Debian's is years older than the one that is compiled where there is Go: it takes less. */
const IS_OLD = !existsSync(PROMETHEUS_3);
const PROGRAM = IS_OLD ? PROMETHEUS : PROMETHEUS_3;

describe(`Pages that a Prometheus server reads (seed ${ORACLE_SEED})`, () => {
  const pages = pagesOf(PAGES, ORACLE_SEED, { quotedNames: !IS_OLD });
  const shown = new Map<string, number>();

  for (let first = 0; first < pages.length; first += PAGES_AT_A_TIME) {
    const some = pages.slice(first, first + PAGES_AT_A_TIME);
    it(`are up or down, with the same samples, here: ${first + 1} to ${first + some.length}`, async () => {
      const byServer = await readByPrometheus(PROGRAM, some);
      const differing = some
        .map((page, index) => ({
          page,
          here: decodedPage(page, !IS_OLD),
          there: byServer[index],
          mended: mended(page),
        }))
        .filter(({ here, there }) => !isSame(here, there, IS_OLD));
      const again = await readByPrometheus(
        PROGRAM,
        differing.map(({ mended: { page } }) => page),
      );
      const wrong: unknown[] = [];
      for (const [index, verdicts] of differing.entries()) {
        const difference = differenceOf({ ...verdicts, thereMended: again[index] });
        if (difference.reasons.length === 0) wrong.push(difference);
        for (const reason of difference.reasons) shown.set(reason, (shown.get(reason) ?? 0) + 1);
      }
      expect(wrong.slice(0, 5)).toEqual([]);
    }, 300_000);
  }

  afterAll(() => {
    for (const [reason, count] of shown)
      console.log(`differs on purpose, ${count} times: ${reason}`);
  });
});
