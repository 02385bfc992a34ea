import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What the figures were measured on. A load near or above the number of cores says that others were at work too. */
export function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]?.toFixed(1);
  return [
    `${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${availableParallelism()} cores, ${memory} GiB`,
    `${process.platform} ${process.arch}, Node.js ${process.version}, load at the start ${load}`,
  ].join('\n');
}

/** Environment variables as a shell takes them. */
export function shownVariables(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => (/^[\w.-]*$/.test(value) ? `${name}=${value}` : `${name}='${value}'`))
    .join(' ');
}
