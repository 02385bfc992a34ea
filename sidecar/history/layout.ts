import type { Column, Layout, Percentage, Placed } from './columns.ts';

/** The values of a sample by their columns. */
export type Row = ReadonlyMap<Column, number>;

/** A layout, and where each of its places has its values so far from; `undefined`: it has none. */
export interface Rearranged {
  readonly layout: Layout;
  readonly origins: readonly (Placed | undefined)[];
}

/** Units of a value in those of its whole: bytes, and CPU units to a vCPU. */
const UNITS = [1, 1024] as const;

const PERCENT = /_percent$/;

/** The value of a column whose place has the value given. */
export function valueIn(cell: number, percentage: Percentage | undefined): number {
  return percentage === undefined ? cell : ((cell * percentage.unit) / percentage.whole) * 100;
}

/** Whether a sample has no other columns, and the columns that share a place still can. */
export function fits({ columns, places }: Layout, row: Row): boolean {
  for (const column of row.keys()) if (!columns.includes(column)) return false;
  const cells = new Map<number, number>();
  for (const [index, column] of columns.entries()) {
    const { place, percentage } = places[index] ?? UNPLACED;
    if (percentage === undefined && !cells.has(place)) cells.set(place, sampled(row, column));
  }
  return columns.every((column, index) => {
    const { place, percentage } = places[index] ?? UNPLACED;
    return Object.is(valueIn(cells.get(place) ?? Number.NaN, percentage), sampled(row, column));
  });
}

/**
 * A layout that a sample fits into, in which as many columns as can share their places.
 *
 * @param first the first place for values
 * @param cells the values of a place in all rows so far
 */
export function rearranged(
  layout: Layout,
  row: Row,
  first: number,
  cells: (place: number) => readonly number[],
): Rearranged {
  const columns = [
    ...layout.columns,
    ...[...row.keys()].filter((each) => !layout.columns.includes(each)),
  ];
  const origins: (Placed | undefined)[] = [];
  /** Of each place, the value in the sample. */
  const values: number[] = [];
  const placed = new Map<Column, Placed>();
  const history = (origin: Placed | undefined) =>
    origin && cells(origin.place).map((cell) => valueIn(cell, origin.percentage));
  // Percentages come after what they are percentages of.
  for (const column of columns.toSorted((a, b) => rankOf(a) - rankOf(b))) {
    const value = sampled(row, column);
    const origin = layout.places[layout.columns.indexOf(column)];
    const past = history(origin);
    let found: Placed | undefined;
    for (const [index, other] of values.entries()) {
      for (const percentage of sharesOf(column, value, other)) {
        const shared = history(origins[index])?.map((cell) => valueIn(cell, percentage));
        if (isSame(past, shared)) found ??= { place: first + index, percentage };
      }
    }
    if (found === undefined) {
      origins.push(origin);
      found = { place: first - 1 + values.push(value) };
    }
    placed.set(column, found);
  }
  const places = columns.map((column) => placed.get(column) ?? UNPLACED);
  return { layout: { columns, places, width: first + values.length }, origins };
}

const UNPLACED: Placed = { place: Number.NaN };

function rankOf({ name }: Column): number {
  return PERCENT.test(name) ? 1 : 0;
}

/** How a column's value can be had from another one, to the last bit. */
function sharesOf({ name }: Column, value: number, other: number): (Percentage | undefined)[] {
  if (Object.is(value, other)) return [undefined];
  if (!PERCENT.test(name)) return [];
  return UNITS.map((unit) => ({ unit, whole: Math.round(((other * unit) / value) * 100) })).filter(
    (percentage) => percentage.whole > 0 && Object.is(valueIn(other, percentage), value),
  );
}

function sampled(row: Row, column: Column): number {
  return row.get(column) ?? Number.NaN;
}

/** Of two that are new, both have the same. */
function isSame(one: readonly number[] | undefined, other: readonly number[] | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.every((value, index) => Object.is(value, other[index]));
}
