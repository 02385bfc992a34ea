import type { Labels } from '../../../sidecar/exposition/family.ts';

/** A family as a strict reader of the Prometheus text format sees it. */
export interface ReadFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly rows: ReadRow[];
}

export interface ReadRow {
  readonly labels: Record<string, string>;
  readonly value: number;
}

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^\n]*)\})? ([^ ]+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

/**
 * Reads what the sidecar may write, which is less than the format allows: each family once, with HELP, then TYPE,
 * then at least one sample; no series twice; no timestamps; only finite numbers.
 *
 * @throws Error that names the line.
 */
export function readText(text: string): Map<string, ReadFamily> {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no line feed');
  const families = new Map<string, ReadFamily>();
  const series = new Set<string>();
  let current: ReadFamily | undefined;
  let help: RegExpExecArray | null = null;
  for (const line of text.split('\n').slice(0, -1)) {
    const problem = (what: string) => new Error(`${what}: ${line}`);
    if (line.startsWith('# HELP')) {
      if (help !== null || current?.rows.length === 0) throw problem('no samples before');
      help = HELP.exec(line);
      if (help === null) throw problem('not a HELP line');
    } else if (line.startsWith('#')) {
      const type = TYPE.exec(line);
      if (type === null || help === null || type[1] !== help[1]) throw problem('not a TYPE line');
      const name = type[1]!;
      if (families.has(name)) throw problem('family again');
      current = { name, type: type[2]!, help: help[2]!, rows: [] };
      families.set(name, current);
      help = null;
    } else {
      const sample = SAMPLE.exec(line);
      if (sample === null || help !== null || sample[1] !== current?.name) {
        throw problem('not a sample of the family');
      }
      if (!NUMBER.test(sample[3]!)) throw problem('not a finite number');
      const labels = readLabels(sample[2] ?? '', problem);
      const key = `${sample[1]}${JSON.stringify(Object.entries(labels).sort())}`;
      if (series.has(key)) throw problem('series again');
      series.add(key);
      current?.rows.push({ labels, value: Number(sample[3]) });
    }
  }
  if (help !== null || current?.rows.length === 0)
    throw new Error('the last family has no samples');
  return families;
}

/** The value of the one row that has all these labels. */
export function readValue(text: string, name: string, labels: Labels = {}): number | undefined {
  const rows = (readText(text).get(name)?.rows ?? []).filter((row) =>
    Object.entries(labels).every(([label, value]) => row.labels[label] === value),
  );
  if (rows.length > 1) throw new Error(`${rows.length} rows of ${name} ${JSON.stringify(labels)}`);
  return rows[0]?.value;
}

function readLabels(text: string, problem: (what: string) => Error): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const label = LABEL.exec(text);
    if (label === null) throw problem('not a label');
    if (Object.hasOwn(labels, label[1]!)) throw problem('label again');
    labels[label[1]!] = label[2]!.replace(/\\([n"\\])/g, (_, escaped) =>
      escaped === 'n' ? '\n' : escaped,
    );
  }
  return labels;
}
