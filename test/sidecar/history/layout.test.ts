import { describe, expect, it } from '@jest/globals';
import { Columns } from '../../../sidecar/history/columns.ts';
import { rearranged } from '../../../sidecar/history/layout.ts';

const COLUMNS = new Columns();
const EMPTY = { columns: [], places: [], width: 0 };

function rowOf(values: Readonly<Record<string, number>>) {
  return new Map(
    Object.entries(values).map(([name, value]) => [COLUMNS.of({ name, labels: {} }), value]),
  );
}

describe('A layout', () => {
  it('has a place for each value that cannot be had from another one', () => {
    const { layout } = rearranged(
      EMPTY,
      rowOf({
        cpu_percent: ((0.1 * 1024) / 256) * 100,
        cpu_vcpus: 0.1,
        memory_utilized_bytes: 214_368_342,
        memory_utilized_percent: (214_368_342 / (512 * 1_048_576)) * 100,
        memory_working_set_bytes: 214_368_342,
        memory_working_set_percent: (214_368_342 / (512 * 1_048_576)) * 100,
        read_bytes_per_second: 0,
      }),
      0,
      () => [],
    );

    expect(layout.width).toBe(3);
  });

  it('divides a place among the columns whose values part, and joins them again when no row has both', () => {
    const same = rearranged(EMPTY, rowOf({ a: 1, b: 1, b_percent: 50 }), 0, () => []);
    const apart = rowOf({ a: 1, b: 2, b_percent: 100 });
    const cells = [[1], [2]];
    const parted = rearranged(same.layout, apart, 0, (place) => [cells[0]![place]!]);
    const joined = rearranged(parted.layout, rowOf({ a: 3, b: 3, c: 4 }), 0, () => [Number.NaN]);

    expect(same.layout.width).toBe(1);
    expect(parted.layout.width).toBe(2);
    expect(joined.layout.width).toBe(3);
  });
});
