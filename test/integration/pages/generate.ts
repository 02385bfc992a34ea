import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { anyEdit, anyExpositions, edited } from '../../decode/exposition-arbitraries.ts';
import { SMALL_EXPOSITIONS } from '../../decode/small-expositions.ts';
import { FIXTURES } from '../../fixtures.ts';
import { OPENMETRICS, type Page, TEXT } from './page.ts';

/** Lines of a page at most: what is wrong can be seen then. */
const MOST_LINES = 8;

/**
 * Pages that a server may get: of the fixtures' expositions and cases, with a few edits each, and of lines that meet in all ways.
 * The same seed gives the same pages.
 */
export function pagesOf(
  count: number,
  seed: number,
  { quotedNames }: { quotedNames: boolean },
): readonly Page[] {
  const texts = [...SMALL_EXPOSITIONS, ...fixtures()];
  const anyExcerpt = fc
    .record({
      text: fc.constantFrom(...texts),
      from: fc.nat(),
      lines: fc.integer({ min: 1, max: MOST_LINES }),
    })
    .map(({ text, from, lines }) => excerpt(text, from, lines));
  const anyBody = fc.oneof(
    fc
      .tuple(anyExcerpt, fc.array(anyEdit, { maxLength: 3 }))
      .map(([text, edits]) => Buffer.from(edits.reduce(edited, text), 'latin1')),
    anyExpositions.map(([first = Buffer.alloc(0)]) => first),
  );
  const anyPage = fc.record({
    contentType: fc.constantFrom(TEXT, TEXT, OPENMETRICS),
    body: anyBody,
  });
  const pages: Page[] = [];
  for (let round = 0; pages.length < count; round++) {
    const made = fc
      .sample(anyPage, { numRuns: count, seed: seed + round })
      .map((page) => (page.contentType === OPENMETRICS ? ended(page) : page))
      .filter(
        ({ body }) =>
          quotedNames ||
          !/\{\s*"|[,{]\s*"[^"]*"\s*[=,}]|(?:HELP|TYPE|UNIT)\s+"/.test(body.toString('latin1')),
      );
    pages.push(...made);
  }
  return pages.slice(0, count);
}

/** Most pages of OpenMetrics end as they must. */
function ended(page: Page): Page {
  const text = page.body.toString('latin1');
  if (text.includes('# EOF') || text.length % 8 === 0) return page;
  return {
    ...page,
    body: Buffer.from(`${text}${text.endsWith('\n') || text === '' ? '' : '\n'}# EOF\n`, 'latin1'),
  };
}

function excerpt(whole: string, from: number, count: number): string {
  const lines = whole.split('\n').slice(0, -1);
  const start = lines.length === 0 ? 0 : from % lines.length;
  return lines
    .slice(start, start + count)
    .map((line) => `${line}\n`)
    .join('');
}

/** One character for each byte. */
function fixtures(): string[] {
  const expositions = join(FIXTURES, 'expositions');
  if (!existsSync(expositions)) return [];
  const files = readdirSync(expositions)
    .filter((file) => /\.(?:prom|om)$/.test(file))
    .map((file) => readFileSync(join(expositions, file), 'latin1'));
  const cases = ['prometheus-text', 'openmetrics'].flatMap((folder) =>
    casesIn(join(FIXTURES, folder, 'cases.json')),
  );
  return [...files, ...cases, ...casesIn(join(FIXTURES, 'prometheus-server', 'pages.json'))];
}

function casesIn(file: string): string[] {
  const cases = JSON.parse(readFileSync(file, 'utf8')) as {
    input?: string;
    inputBase64?: string;
    body?: string;
    bodyBase64?: string;
  }[];
  return cases
    .map(({ input, inputBase64, body, bodyBase64 }) =>
      Buffer.from(input ?? body ?? '', 'utf8').length > 0
        ? Buffer.from(input ?? body ?? '', 'utf8').toString('latin1')
        : Buffer.from(inputBase64 ?? bodyBase64 ?? '', 'base64').toString('latin1'),
    )
    .filter((text) => text.includes('\n'));
}
