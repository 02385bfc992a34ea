/** The picture of the parts in the README, as SVG. All lengths are in pixels. */

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The first line is the name, the others are smaller. */
  readonly lines: readonly string[];
  /** A frame around other boxes has its name at the top; a part of Fargauge stands out. */
  readonly kind?: 'box' | 'frame' | 'ours';
}

interface Arrow {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  /** Above the middle of a level arrow, to the right of an upright one. */
  readonly label?: string;
}

const TITLE = 'The parts of Fargauge';
const WIDTH = 860;
const HEIGHT = 330;

/** The picture has a background of its own, so it can be read on a page of any colour. */
const STYLE = `
  text { font-family: Helvetica, Arial, sans-serif; font-size: 12px; fill: #16191f; }
  .name { font-weight: bold; font-size: 13px; }
  .ground { fill: #ffffff; }
  .box { fill: #f2f3f3; stroke: #879596; }
  .frame { fill: none; stroke: #879596; stroke-dasharray: 5 4; }
  .ours { fill: #fdebd3; stroke: #d45b07; stroke-width: 1.5; }
  .arrow { stroke: #545b64; stroke-width: 1.5; fill: none; }
  .head { fill: #545b64; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .ground { fill: #0d1117; }
    .box { fill: #1c2128; stroke: #768390; }
    .frame { stroke: #768390; }
    .ours { fill: #4a2b0f; stroke: #f0883e; }
    .arrow { stroke: #adbac7; }
    .head { fill: #adbac7; }
  }`;

const BOXES: readonly Box[] = [
  { x: 20, y: 20, width: 250, height: 290, kind: 'frame', lines: ['A task of your service'] },
  {
    x: 40,
    y: 55,
    width: 210,
    height: 56,
    lines: ['Application', 'its own /metrics, if it has any'],
  },
  {
    ...{ x: 40, y: 146, width: 210, height: 74, kind: 'ours' },
    lines: ['Sidecar, port 9546', 'CPU, memory, network, disk', 'keeps 15 minutes of samples'],
  },
  { x: 40, y: 255, width: 210, height: 40, lines: ['Task metadata endpoint'] },
  { x: 350, y: 20, width: 190, height: 40, lines: ['EventBridge Scheduler'] },
  {
    ...{ x: 350, y: 118, width: 190, height: 110, kind: 'ours' },
    lines: [
      'Collector',
      'a Lambda in your VPC',
      'find, scrape, apply rules,',
      'deliver, keep the state',
    ],
  },
  { x: 330, y: 270, width: 105, height: 40, lines: ['ECS API'] },
  { x: 455, y: 270, width: 105, height: 40, lines: ['S3: state'] },
  {
    x: 630,
    y: 60,
    width: 210,
    height: 74,
    lines: ['CloudWatch Logs', 'events in EMF, which name', 'the task'],
  },
  {
    x: 630,
    y: 176,
    width: 210,
    height: 56,
    lines: ['CloudWatch metrics', 'alarms and a dashboard'],
  },
  {
    ...{ x: 630, y: 270, width: 210, height: 40 },
    lines: ['Remote write or OTLP'],
  },
];

const ARROWS: readonly Arrow[] = [
  { from: [145, 146], to: [145, 111], label: 'scrapes' },
  { from: [145, 220], to: [145, 255], label: 'every 10 s' },
  { from: [350, 183], to: [250, 183], label: 'scrapes' },
  { from: [445, 60], to: [445, 118], label: 'once a minute' },
  { from: [390, 228], to: [390, 270], label: 'finds tasks' },
  { from: [505, 228], to: [505, 270] },
  { from: [540, 130], to: [630, 105] },
  { from: [735, 134], to: [735, 176] },
  { from: [540, 215], to: [630, 283] },
];

/** Draws the parts and how they are connected. */
export function partsPicture(): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">
<title>${TITLE}</title>
<style>${STYLE}
</style>
<defs><marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path class="head" d="M0,0 L8,4 L0,8 z"/></marker></defs>
<rect class="ground" width="${WIDTH}" height="${HEIGHT}" rx="6"/>
${BOXES.map(box).join('\n')}
${ARROWS.map(arrow).join('\n')}
</svg>
`;
}

function box({ x, y, width, height, lines, kind = 'box' }: Box): string {
  const middle = x + width / 2;
  const top = kind === 'frame' ? y + 22 : y + height / 2 + 5 - (lines.length - 1) * 8.5;
  const texts = lines.map(
    (line, index) =>
      `<text${index === 0 ? ' class="name"' : ''} x="${middle}" y="${top + index * 17}" text-anchor="middle">${line}</text>`,
  );
  return [
    `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="5"/>`,
    ...texts,
  ].join('\n');
}

function arrow({ from, to, label }: Arrow): string {
  const line = `<line class="arrow" x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}" marker-end="url(#head)"/>`;
  if (label === undefined) return line;
  const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const place =
    from[0] === to[0] ? `x="${x + 8}" y="${y + 4}"` : `x="${x}" y="${y - 6}" text-anchor="middle"`;
  return `${line}\n<text ${place}>${label}</text>`;
}
