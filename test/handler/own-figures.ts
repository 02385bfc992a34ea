import { COLLECTOR_NAMESPACE } from '../../lambda/model/settings/names.ts';

/** The figures of the collector about itself in the log of a function, published as metrics or not: the values of each, in order. */
export function figuresOf(stdout: string): Record<string, number[]> {
  const figures: Record<string, number[]> = {};
  const own = stdout.split('\n').filter((line) => line.includes(`"${COLLECTOR_NAMESPACE}"`));
  for (const line of own) {
    for (const [name, value] of Object.entries(JSON.parse(line) as Record<string, unknown>)) {
      const numbers = [value].flat().filter((each) => typeof each === 'number');
      if (numbers.length > 0) figures[name] = [...(figures[name] ?? []), ...numbers];
    }
  }
  return figures;
}
