import { afterEach, expect, it } from '@jest/globals';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import { DEFAULT_HTTP } from '../../lambda/model/settings/http.ts';
import { DEFAULT_PROTOCOLS } from '../../lambda/model/settings/scrape-protocol.ts';
import { fetchExposition } from '../../lambda/scrape/http/exchange.ts';
import { describeWithFixtures, fixtureJson } from '../fixtures.ts';
import { type RawTarget, startTarget } from '../scrape/raw-target.ts';
import { limits } from '../series/samples.ts';

interface RawAnswer {
  readonly name: string;
  readonly answerLatin1: string;
  readonly up: boolean;
}

/** Of answers with another body than all others. */
const SAMPLES: ReadonlyMap<string, unknown[]> = new Map([['shortlen', []]]);

describeWithFixtures('Raw answers that a Prometheus server was given', 'prometheus-server', () => {
  const answers = fixtureJson<RawAnswer[]>('prometheus-server', 'http-answers.json');
  let target: RawTarget | undefined;

  afterEach(() => target?.stop());

  it.each(answers.map((answer) => [answer.name, answer] as const))(
    '%s is taken or refused as by the server',
    async (name, { answerLatin1, up }) => {
      target = await startTarget((socket) => void socket.end(Buffer.from(answerLatin1, 'latin1')));
      expect(await samplesOf(target.url)).toEqual(
        up ? (SAMPLES.get(name) ?? [['q', 3]]) : undefined,
      );
    },
  );
});

async function samplesOf(url: string) {
  try {
    const answer = await fetchExposition(
      { url, limits: limits({ timeoutMs: 60_000 }), http: DEFAULT_HTTP },
      new AbortController().signal,
    );
    const target = { job: 'answers', protocols: DEFAULT_PROTOCOLS };
    const { samples } = new AnswerDecoder().decode(target, answer);
    return samples.map(({ series, value }) => [series.name, value]);
  } catch {
    return undefined;
  }
}
