import { expect, it } from '@jest/globals';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import { DEFAULT_PROTOCOLS } from '../../lambda/model/settings/scrape-protocol.ts';
import { describeWithFixtures, fixtureJson } from '../fixtures.ts';

interface StoredSample {
  name: string;
  labels: Record<string, string>;
  value: string;
}

interface Page {
  name: string;
  contentType: string;
  body?: string;
  bodyBase64?: string;
  up: boolean;
  samples?: StoredSample[];
}

/** Pages whose samples differ on purpose from what the server stored, or that the server drops only when it stores them. */
const OTHER_SAMPLES: ReadonlyMap<string, string> = new Map([
  ['o_created', 'a _created line gives the others of its point their start, and is no sample'],
  ['o_expTs', 'the server stores nothing of 2023'],
  ['o_msTs', 'the server stores nothing of the year 55841'],
  ['o_omTsInt', 'the server stores nothing of 2023'],
  ['t_expValue', 'the server stores nothing of 2023'],
  ['t_dupSeries', 'what is told twice is dropped after decoding'],
]);

/** Pages that the server refuses. All their samples are on them. */
const TAKEN: ReadonlyMap<string, string> = new Map([
  ['t_helpNonUtf8', 'no sample depends on the text of a HELP line'],
  ['t_leadComma', 'client_python takes it'],
  ['t_negTs', 'the format has signed timestamps'],
  ['t_ts_plus', 'the format has signed timestamps'],
  ['t_typeTrailing', 'expfmt takes it'],
  ['t_upperType', 'expfmt takes it'],
  ['t_wrongHelpType', 'expfmt takes it'],
]);

describeWithFixtures('Pages that a Prometheus server was given', 'prometheus-server', () => {
  const pages = fixtureJson<Page[]>('prometheus-server', 'pages.json');

  it.each(pages.map((page) => [page.name, page] as const))('%s', (name, page) => {
    const decoder = new AnswerDecoder();
    for (let scrape = 0; scrape < 3; scrape++) {
      const samples = decoded(page, decoder);
      if (!page.up) {
        expect([name, samples === undefined]).toEqual([name, !TAKEN.has(name)]);
        continue;
      }
      expect(samples).toBeDefined();
      const same = JSON.stringify(samples) === JSON.stringify(sorted(page.samples ?? []));
      if (OTHER_SAMPLES.has(name)) expect(same).toBe(false);
      else expect(samples).toEqual(sorted(page.samples ?? []));
    }
  });
});

/** The samples of a page that is taken. */
function decoded(page: Page, decoder: AnswerDecoder): StoredSample[] | undefined {
  const { body: text = '', bodyBase64, contentType } = page;
  const body = bodyBase64 === undefined ? Buffer.from(text) : Buffer.from(bodyBase64, 'base64');
  try {
    const { samples } = decoder.decode(
      { job: 'pages', protocols: DEFAULT_PROTOCOLS },
      { body, contentType },
    );
    return sorted(
      samples.map(({ series: { name, labels }, value }) => ({
        name,
        labels,
        value: String(value),
      })),
    );
  } catch {
    return undefined;
  }
}

/** In one order, with labels that have a value, and numbers as they are written in one way. */
function sorted(samples: readonly StoredSample[]): StoredSample[] {
  const plain = samples.map(({ name, labels, value }) => ({
    name,
    labels: Object.fromEntries(
      Object.entries(labels)
        .filter(([, text]) => text !== '')
        .sort(([one], [other]) => (one! < other! ? -1 : 1)),
    ),
    value: plainNumber(value),
  }));
  return plain.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

function plainNumber(text: string): string {
  const number = Number(text.replace('Inf', 'Infinity'));
  return text === '' || Number.isNaN(number) ? text : String(number);
}
