/** A number as it is printed, or the dash of one that is not known. */
const NUMBER = /^(-?\d[\d.,]*|-)$/;

/** Rows as aligned columns, two blanks apart: columns of numbers to the right, others to the left. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = headings.map((heading, column) => {
    const cells = rows.map((row) => row[column] ?? '');
    return {
      width: Math.max(heading.length, ...cells.map(({ length }) => length)),
      numeric: cells.length > 0 && cells.every((cell) => NUMBER.test(cell)),
    };
  });
  const line = (cells: readonly string[]) =>
    columns
      .map(({ width, numeric }, column) => {
        const cell = cells[column] ?? '';
        return numeric ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(headings), ...rows.map(line)].join('\n');
}
