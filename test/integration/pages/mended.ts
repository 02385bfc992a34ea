import { OPENMETRICS, type Page } from './page.ts';

/** A page without the points that the server refuses, or takes for another series, and that are taken here on purpose. */
export interface Mended {
  readonly page: Page;
  /** Why each of the points is taken here; empty where the page has none. */
  readonly reasons: readonly string[];
}

interface Purpose {
  readonly reason: string;
  readonly openMetrics: boolean;
  readonly lines: RegExp;
  /** A line as the server takes it, with the same meaning; undefined: no sample depends on the line. */
  readonly mend: (line: RegExpExecArray) => string | undefined;
}

/** The types of the text format. */
const TYPES: readonly string[] = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

/** Each applies to what those before have left of a line. */
const PURPOSES: readonly Purpose[] = [
  {
    reason: 'blanks before a name are no part of it',
    openMetrics: false,
    lines: /^[ \t]+([^ \t#].*)$/,
    mend: ([, line]) => line,
  },
  {
    reason: 'a timestamp may have a sign',
    openMetrics: false,
    lines: /^([^#].*[ \t}][+-]?(?:[\d.][\w.+-]*|inf|nan)[ \t]+)[+-](\d+[ \t]*)$/i,
    mend: ([, before, digits]) => `${before}${digits}`,
  },
  {
    reason: 'a comma may come first',
    openMetrics: false,
    lines: /^([^#"{]+\{[ \t]*),(.*)$/,
    mend: ([, before, after]) => `${before}${after}`,
  },
  {
    reason: 'a TYPE line may have no type',
    openMetrics: false,
    lines: /^[ \t]*#[ \t]+TYPE(?:[ \t]+[^\s"]*)?[ \t\r]*$/,
    mend: () => undefined,
  },
  {
    reason: 'a TYPE line of what is no name is a comment',
    openMetrics: false,
    lines: /^[ \t]*#[ \t]+TYPE[ \t]+[A-Za-z_:][\w:]*[^\w:\s]\S*[ \t].*$/,
    mend: () => undefined,
  },
  {
    reason: 'a TYPE line may have more blanks',
    openMetrics: false,
    lines:
      /^[ \t]*#[ \t]+TYPE(?:[ \t]+\S+[ \t]{2,}\w+[ \t\r]*|[ \t]+\S+[ \t]+\w+[ \t\r]+|[ \t]{2,}\S+[ \t]+\w+)$/,
    mend: ([line]) => line.trim().replace(/[ \t]+/g, ' '),
  },
  {
    reason: 'types are read in any case, and those of OpenMetrics, too',
    openMetrics: false,
    lines:
      /^([ \t]*#[ \t]*TYPE[ \t]+\S+[ \t])(counter|gauge|histogram|summary|untyped|info|stateset|unknown|gauge_?histogram)$/i,
    mend: ([, before, type = '']) =>
      `${before}${TYPES.find((one) => one === type.toLowerCase()) ?? 'untyped'}`,
  },
  {
    reason: 'a UNIT line that its name does not fit breaks a rule, and nothing depends on it',
    openMetrics: true,
    lines: /^# UNIT \S+ .*$/,
    mend: () => undefined,
  },
  {
    reason: 'no sample depends on a HELP line',
    openMetrics: false,
    lines: /^[ \t]*#[ \t]*HELP(?:[ \t].*)?$/,
    mend: () => undefined,
  },
];

export function mended(page: Page): Mended {
  const isOpenMetrics = page.contentType === OPENMETRICS;
  const reasons = new Set<string>();
  const lines: string[] = [];
  let isQuoted = false;
  for (const line of page.body.toString('latin1').split('\n')) {
    const left = isQuoted ? line : mendedLine(line, isOpenMetrics, reasons);
    if (left !== undefined) lines.push(left);
    // The value of a label may have more lines, which only look like others.
    if (isQuoted || !/^[ \t]*#/.test(line))
      isQuoted = (line.replace(/\\./g, '').split('"').length % 2 === 0) !== isQuoted;
  }
  return {
    page: { ...page, body: Buffer.from(lines.join('\n'), 'latin1') },
    reasons: [...reasons],
  };
}

/**
 * @param reasons those of which the line has something are added
 * @returns undefined: no sample depends on the line
 */
function mendedLine(
  line: string,
  isOpenMetrics: boolean,
  reasons: Set<string>,
): string | undefined {
  let left = line;
  for (const { reason, openMetrics, lines, mend } of PURPOSES) {
    const match = openMetrics === isOpenMetrics ? lines.exec(left) : null;
    const better = match === null ? left : mend(match);
    if (better === left) continue;
    reasons.add(reason);
    if (better === undefined) return undefined;
    left = better;
  }
  return left;
}
