import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Guide } from './guide.ts';
import { hashOf, originalOf, recordedHashes, TRANSLATIONS } from './translations.ts';

/** The pages by which a reader of Japanese gets from the first one to a deployed collector. */
const NEEDED = [
  'README.ja.md',
  'docs/ja/deploy.md',
  'docs/ja/migrate-adot.md',
  'docs/ja/migrate-cloudwatch-agent.md',
  'docs/ja/migrate-container-insights.md',
  'docs/ja/migrate-ecs-metrics-exporter.md',
  'docs/ja/migrate-prometheus-agent.md',
  'docs/ja/outside-ecs.md',
  'docs/ja/troubleshooting.md',
];

/** Translations of what a beginner needs of a page; they lead to the English one for the rest. */
const SHORTER: ReadonlySet<string> = new Set([
  'README.ja.md',
  'docs/ja/deploy.md',
  'docs/ja/outside-ecs.md',
  'docs/ja/troubleshooting.md',
]);

/** Both forms of a sentence's end: a page has one. */
const POLITE = /(です|ます|ません|ください)。/;
const PLAIN = /(である|する|(?<![でま])した|ない|れる|だ)。/;

it('the translations are those that a reader needs, each with the text that it was made from', () => {
  expect(TRANSLATIONS).toEqual(NEEDED);
  expect(Object.keys(recordedHashes()).sort()).toEqual([...TRANSLATIONS].sort());
});

describe.each(TRANSLATIONS)('%s', (translation) => {
  const original = originalOf(translation);
  const page = new Guide(translation);

  it('is as new as its English page', () => {
    // If not: translate the change, then `node test/docs/translations.ts` with the path of the translation.
    expect({ of: original, text: recordedHashes()[translation] }).toEqual({
      of: original,
      text: hashOf(original),
    });
  });

  const blocks = ({ blocks: all }: Guide) =>
    all.map(({ language, text, mark }) => ({ language, text, mark }));
  const there = blocks(new Guide(original));

  if (SHORTER.has(translation)) {
    it('has blocks of its English page, in their order, and leads to it', () => {
      const places = blocks(page).map((block) =>
        there.findIndex((each) => isDeepStrictEqual(each, block)),
      );
      expect(places).not.toEqual([]);
      expect(places).not.toContain(-1);
      expect(places).toEqual(places.toSorted((one, other) => one - other));
      expect(page.text).toMatch(/\]\((\.\.\/[\w-]+|README)\.md/);
    });
  } else {
    it('has the blocks of its English page, which are tried there', () => {
      expect(blocks(page)).toEqual(there);
    });

    it('has as many sections and rows of tables as its English page', () => {
      expect(shapeOf(page.text)).toEqual(shapeOf(new Guide(original).text));
    });
  }

  it('is polite throughout', () => {
    const prose = withoutBlocks(page.text);
    expect(prose).toMatch(POLITE);
    expect(prose.split('\n').filter((line) => PLAIN.test(line))).toEqual([]);
  });
});

/** The ranks of the headings, and the number of rows. */
function shapeOf(text: string) {
  const prose = withoutBlocks(text);
  return {
    headings: [...prose.matchAll(/^(#+) /gm)].map(([, rank]) => rank),
    rows: [...prose.matchAll(/^\|/gm)].length,
  };
}

function withoutBlocks(text: string): string {
  return text.replace(/^```.*?^```$/gms, '');
}
