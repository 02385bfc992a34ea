import type { RecordedSeries } from './recorded-pages.ts';
import type { Change, FamilyView } from './view.ts';

/** Most lines of a sparkline. */
const MAX_LINES = 8;

/** A line needs two points. */
const LEAST_POINTS = 2;

interface Member {
  readonly recorded: RecordedSeries;
  readonly fate: string;
  readonly published: boolean;
  readonly change?: Change | undefined;
}

/** The families by name, each over all targets. */
export function familiesOf(all: readonly Member[]): readonly FamilyView[] {
  const families = Map.groupBy(all, ({ recorded }) => recorded.series.family);
  return Array.from(families, ([name, members]) => familyOf(name, members)).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

function familyOf(name: string, members: readonly Member[]): FamilyView {
  const fates = new Map<string, number>();
  let published = 0;
  let taken = 0;
  let lost = 0;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  const history: number[][] = [];
  for (const { recorded, fate, published: isPublished, change } of members) {
    fates.set(fate, (fates.get(fate) ?? 0) + 1);
    if (isPublished) published += 1;
    if (change === 'taken') taken += 1;
    if (change === 'lost') lost += 1;
    const { value, points } = recorded;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
    if (points.length >= LEAST_POINTS && history.length < MAX_LINES) {
      history.push(points.map((point) => point.value));
    }
  }
  return {
    name,
    type: members[0]?.recorded.series.type ?? 'unknown',
    series: members.length,
    published,
    taken,
    lost,
    fates: [...fates].sort(([, a], [, b]) => b - a),
    range: least <= greatest ? [least, greatest] : undefined,
    history,
  };
}
