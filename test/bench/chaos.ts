import { table } from '../../cli/describe/table.ts';
import { BEHAVIOURS, behaviourOf } from './chaos/behaviours.ts';
import { RELABELED_BEHAVIOURS, RELABELING } from './chaos/relabeled-behaviours.ts';
import { MEMORY_BYTES, type Row, type RowFigures, runRow, VARIABLES } from './chaos/row.ts';
import { shownVariables } from './machine.ts';
import { megabytes } from './statistics.ts';

/** How many targets there are, the part of them that misbehaves, and the milliseconds that a cycle may take. */
type Size = Pick<Row, 'targets' | 'share' | 'timeoutMs'>;

/** Of a behaviour alone: less than the function has, so that so many rows have an end. */
const ALONE: Size = { targets: 400, share: 0.1, timeoutMs: 10_000 };

/** Of all together: what the function has. */
const MIXED: Size = { targets: 1_000, share: 0.3, timeoutMs: 55_000 };

/** Rows that run at the same time, each with a third of a core. */
const LANES = 5;

const MIX = 'all of them';

/**
 * Cycles of targets of which some misbehave, in the function as it is deployed.
 *
 * @param chosen names of behaviours, with commas between them. @default each alone, and all that need no relabeling together
 */
export async function runChaos(chosen = ''): Promise<void> {
  const relabeled = RELABELED_BEHAVIOURS.map(({ name }) => name);
  const all = [...BEHAVIOURS.map(({ name }) => name), ...relabeled, MIX];
  const names = chosen === '' ? all : chosen.split(',');
  for (const name of names) if (name !== MIX) behaviourOf(name);
  const rows: string[][] = [];
  const waiting = [...names.entries()];
  let limits: RowFigures['limits'] | undefined;
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [place, name] = next;
      const size = name === MIX ? MIXED : ALONE;
      const behaviours = name === MIX ? BEHAVIOURS.map((behaviour) => behaviour.name) : [name];
      const relabeling = relabeled.includes(name) ? RELABELING : [];
      const figures = await runRow({ ...size, behaviours, relabeling });
      limits = figures.limits;
      rows[place] = rowOf(name, size, figures);
      console.error(`chaos: ${rows[place].join(' | ')}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  console.log(`chaos: ${textOf(ALONE)} in one way; ${MIX}: ${textOf(MIXED)}`);
  console.log(
    `chaos: 512 MiB and 0.29 of a core by ${limits}, Node.js with ${shownVariables(VARIABLES)}`,
  );
  console.log('chaos: five cycles, of which three are killed\n');
  console.log(
    table(
      [
        'behaviour',
        'delivered',
        'of',
        'seconds',
        'of',
        'peak MB',
        '%',
        'counters',
        'truth',
        'targets below',
        'above',
        '',
      ],
      rows,
    ),
  );
  console.log();
}

function textOf({ targets, share }: Size): string {
  return `${targets} targets, of which ${share * 100} % misbehave`;
}

function rowOf(name: string, { timeoutMs }: Size, figures: RowFigures): string[] {
  const { counters, peakMemory } = figures;
  return [
    name,
    String(figures.delivered),
    String(figures.healthy),
    (figures.longestMs / 1e3).toFixed(1),
    (timeoutMs / 1e3).toFixed(0),
    megabytes(peakMemory),
    ((100 * peakMemory) / MEMORY_BYTES).toFixed(0),
    String(counters.published),
    String(counters.truth),
    String(counters.below),
    String(counters.above),
    figures.ended.join('; '),
  ];
}
