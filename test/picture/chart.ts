/** The parts of the picture, as SVG. All lengths are in pixels. */

export interface Line {
  readonly label: string;
  readonly color: string;
  /** One for each cycle; undefined where there is no data. */
  readonly points: readonly (number | undefined)[];
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const TEXT = 'font-family="Helvetica,Arial,sans-serif" fill="#16191f"';
const PADDING = { left: 44, right: 12, top: 30, bottom: 42 };

/** A graph with a line for each metric, its axis from 0. */
export function graph(box: Box, title: string, unit: string, lines: readonly Line[]): string {
  const inner = {
    x: box.x + PADDING.left,
    y: box.y + PADDING.top,
    width: box.width - PADDING.left - PADDING.right,
    height: box.height - PADDING.top - PADDING.bottom,
  };
  const known = lines.flatMap(({ points }) => points.filter((value) => value !== undefined));
  const top = niceTop(Math.max(...known, 0));
  const marks = [0, top / 2, top].map((value) => {
    const y = inner.y + inner.height * (1 - value / top);
    return `<line x1="${inner.x}" x2="${inner.x + inner.width}" y1="${y}" y2="${y}" stroke="#e9ebed"/>
<text x="${inner.x - 6}" y="${y + 4}" font-size="10" text-anchor="end" ${TEXT}>${label(value)}</text>`;
  });
  // The first line is the one that matters: it is drawn last.
  const curves = lines.toReversed().map(({ color, points }) => curve(inner, points, top, color));
  return `${panel(box, title)}
<text x="${box.x + box.width - 12}" y="${box.y + 19}" font-size="9" text-anchor="end" ${TEXT}>${escaped(unit)}</text>
${marks.join('\n')}
${curves.join('\n')}
${legend(box, lines)}`;
}

/** A table of texts, the first row its head. */
export function table(box: Box, title: string, rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const column = (box.width - 24) / head.length;
  const cells = rows.flatMap((row, line) =>
    row.map((cell, index) => {
      const x = box.x + 12 + index * column;
      const weight = line === 0 ? 'bold' : 'normal';
      return `<text x="${x}" y="${box.y + 44 + line * 18}" font-size="11" font-weight="${weight}" ${TEXT}>${escaped(cell)}</text>`;
    }),
  );
  return `${panel(box, title)}\n${cells.join('\n')}`;
}

/** A line of text over the widgets. */
export function heading({ x, y }: Box, text: string): string {
  return `<text x="${x + 4}" y="${y + 18}" font-size="15" font-weight="bold" ${TEXT}>${escaped(text)}</text>`;
}

/** The whole picture. */
export function picture(
  title: string,
  width: number,
  height: number,
  parts: readonly string[],
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" fill="#f2f3f3"/>
${parts.join('\n')}
</svg>
`;
}

function panel({ x, y, width, height }: Box, title: string): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="#fff" stroke="#d5dbdb"/>
<text x="${x + 12}" y="${y + 19}" font-size="12" font-weight="bold" ${TEXT}>${escaped(title)}</text>`;
}

function curve(inner: Box, points: Line['points'], top: number, color: string): string {
  const step = inner.width / Math.max(points.length - 1, 1);
  const path = points
    .map((value, index) =>
      value === undefined
        ? ''
        : `${points[index - 1] === undefined ? 'M' : 'L'}${(inner.x + index * step).toFixed(1)},${(inner.y + inner.height * (1 - value / top)).toFixed(1)}`,
    )
    .join('');
  return `<path d="${path}" fill="none" stroke="${color}" stroke-width="1.5"/>`;
}

function legend({ x, y, width, height }: Box, lines: readonly Line[]): string {
  let at = x + 12;
  let line = 0;
  return lines
    .map(({ label: text, color }) => {
      const room = 22 + text.length * 5.2;
      if (at + room > x + width) [at, line] = [x + 12, line + 1];
      const middle = y + height - 24 + line * 14;
      const mark = `<rect x="${at}" y="${middle - 2}" width="10" height="3" fill="${color}"/>
<text x="${at + 14}" y="${middle + 3}" font-size="10" ${TEXT}>${escaped(text)}</text>`;
      at += room;
      return mark;
    })
    .join('\n');
}

/** The least of 1, 2 and 5 times a power of ten that is not below `value`. */
function niceTop(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((each) => each * power >= value) ?? 10;
  return factor * power;
}

function label(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
