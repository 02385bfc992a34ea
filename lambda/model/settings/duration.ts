/** The durations of Prometheus, which appear in its configuration and in the labels of its targets. */

/** The longest that a timer of Node.js can wait: 2^31 - 1 ms, almost 25 days. */
export const MAX_TIMER_MS = 2_147_483_647;

/** model.ParseDuration of prometheus/common: each unit at most once, from the largest to the smallest. */
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

const UNITS: readonly (readonly [unit: string, milliseconds: number, exactOnly: boolean])[] = [
  ['y', 31_536_000_000, true],
  ['w', 604_800_000, true],
  ['d', 86_400_000, true],
  ['h', 3_600_000, false],
  ['m', 60_000, false],
  ['s', 1_000, false],
  ['ms', 1, false],
];

/** Milliseconds of a duration such as `1d12h`; undefined for any other text, and if it is too long for a timer. */
export function parsePrometheusDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const match = DURATION.exec(text);
  if (match === null || text === '') return undefined;
  const milliseconds = UNITS.reduce(
    (sum, [, unit], index) => sum + Number(match[index + 1] ?? 0) * unit,
    0,
  );
  return milliseconds <= MAX_TIMER_MS ? milliseconds : undefined;
}

/** A duration as model.Duration.String of prometheus/common writes it: `1m30s`; days and longer units only without a rest. */
export function formatPrometheusDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  let rest = milliseconds;
  let text = '';
  for (const [unit, size, exactOnly] of UNITS) {
    if (rest < size || (exactOnly && rest % size !== 0)) continue;
    text += `${Math.floor(rest / size)}${unit}`;
    rest %= size;
  }
  return text;
}
