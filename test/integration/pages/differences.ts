import { OPENMETRICS, type Page, type ReadPage } from './page.ts';

/** A page that is read here in another way than by the server. */
export interface Difference {
  readonly page: string;
  readonly contentType: string;
  readonly here: ReadPage | 'down';
  readonly there: ReadPage | 'down';
  /** Why that is so on purpose; undefined: it is wrong. */
  readonly reason: string | undefined;
}

interface Purpose {
  readonly reason: string;
  readonly applies: (text: string, page: Page) => boolean;
}

/** Pages that the server refuses, or reads to the end of only a part, and that are taken here. No sample depends on it. */
const TAKEN: readonly Purpose[] = [
  { reason: 'a timestamp may have a sign', applies: (text) => /[ \t][+-]\d+[ \t]*$/m.test(text) },
  {
    reason: 'a TYPE line may have more blanks, or no type',
    applies: (text) =>
      /^[ \t]*#[ \t]+TYPE[ \t]+(?:.*[ \t\r]$|[\w:]+$|\S+[ \t]{2,}|[\w:]+[^\w:\s]+[ \t])/m.test(
        text,
      ) || /^[ \t]*#[ \t]+TYPE[ \t]+$/m.test(text),
  },
  {
    reason: 'types are read in any case, and those of OpenMetrics, too',
    applies: (text) =>
      /^[ \t]*#[ \t]*TYPE[ \t]+\S+[ \t]+(?:[A-Za-z]*[A-Z]|info|stateset|gauge_?histogram|unknown)/m.test(
        text,
      ),
  },
  {
    reason: 'a UNIT line that its name does not fit breaks a rule, and nothing depends on it',
    applies: (text) => /^# UNIT/m.test(text),
  },
  { reason: 'a comma may come first', applies: (text) => /\{[ \t]*,/.test(text) },
  { reason: 'a line may begin with blanks', applies: (text) => /^[ \t]+[^ \t\n#]/m.test(text) },
  { reason: 'no sample depends on a HELP line', applies: (text) => /#[ \t]*HELP/.test(text) },
];

/** @param isOld whether the server takes less than those of today, so that it says nothing that it refuses a page */
export function differenceOf(
  page: Page,
  here: ReadPage,
  there: ReadPage,
  isOld: boolean,
): Difference | undefined {
  if (JSON.stringify(here) === JSON.stringify(there)) return undefined;
  if (isOld && there === undefined) return undefined;
  const text = page.body.toString('latin1');
  const reason = TAKEN.find(
    ({ applies }) => here !== undefined && there === undefined && applies(text, page),
  );
  return {
    page: text,
    contentType: page.contentType,
    here: here ?? 'down',
    there: there ?? 'down',
    reason:
      reason?.reason ??
      createdOf(page, here, there) ??
      blankOf(here, there) ??
      boundOf(text, here, there),
  };
}

/** In OpenMetrics a `_created` line gives the others of its point their start, and is no sample. */
function createdOf(page: Page, here: ReadPage, there: ReadPage): string | undefined {
  if (page.contentType !== OPENMETRICS || here === undefined || there === undefined)
    return undefined;
  const others = (samples: readonly string[]) =>
    samples.filter((text) => !/^\["[^"]*_created"/.test(text));
  const same = JSON.stringify(others(here)) === JSON.stringify(others(there));
  return same ? 'a _created line of OpenMetrics is a start, not a sample' : undefined;
}

/** Where a bucket or a quantile is not below the only TYPE line of its family, that of another family counts for the server. */
function boundOf(text: string, here: ReadPage, there: ReadPage): string | undefined {
  if (here === undefined || there === undefined || !hasStrayBound(text)) return undefined;
  const same = JSON.stringify(withPlainBounds(here)) === JSON.stringify(withPlainBounds(there));
  return same
    ? 'le and quantile go by the type of their family, not by the last TYPE line'
    : undefined;
}

function hasStrayBound(text: string): boolean {
  let family = '';
  const typed = new Set<string>();
  let isTwice = false;
  for (const line of text.split('\n')) {
    const [, ofType] = /^[ \t]*#[ \t]*TYPE[ \t]+"?([^"\s]+)/.exec(line) ?? [];
    if (ofType !== undefined) {
      isTwice = typed.has(ofType);
      typed.add(ofType);
      family = ofType;
    } else if (/[{,\s"](?:le|quantile)"?\s*=/.test(line)) {
      const [, name = ''] = /^[ \t{"]*([^"{\s]*)/.exec(line) ?? [];
      if (isTwice || ![family, `${family}_bucket`].includes(name)) return true;
    }
  }
  return false;
}

function withPlainBounds(samples: readonly string[]): readonly string[] {
  return samples
    .map((sample) =>
      sample.replace(
        /\["(le|quantile)","([^"]+)"\]/g,
        (_, label, bound) => `${label}=${Number(bound)}`,
      ),
    )
    .sort();
}

/** The server takes the blanks before a name for a part of it. */
function blankOf(here: ReadPage, there: ReadPage): string | undefined {
  const names = there?.map((text) => text.replace(/^\["(?:[ ]|\\t)+/, '["'));
  if (names === undefined || here === undefined) return undefined;
  // Of two series that become one, either may count.
  const series = (samples: readonly string[]) =>
    new Set(samples.map((text) => text.replace(/ \S*$/, '')));
  const same =
    JSON.stringify([...series(names)].sort()) === JSON.stringify([...series(here)].sort());
  return same ? 'blanks before a name are no part of it' : undefined;
}
