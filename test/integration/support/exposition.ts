/** `name{labels} value`, as simple as a test can afford: no timestamps, exemplars or comments. */
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\n': '\n', '\\"': '"', '\\\\': '\\' };

/** The samples of an exposition: values by series, each named as `seriesName` does. */
export function readExposition(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = line.match(SAMPLE) ?? [];
    if (name === undefined) continue;
    const pairs = [...labels.matchAll(LABEL)].map(([, label = '', quoted = '']) => [
      label,
      quoted.replace(/\\[n"\\]/g, (escaped) => ESCAPES[escaped] ?? escaped),
    ]);
    samples.set(seriesName(name, Object.fromEntries(pairs)), Number(value));
  }
  return samples;
}

/** One text for a series, whatever the order of its labels. Empty labels count as none. */
export function seriesName(name: string, labels: Readonly<Record<string, unknown>>): string {
  const sorted = Object.entries(labels)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}${JSON.stringify(sorted)}`;
}
