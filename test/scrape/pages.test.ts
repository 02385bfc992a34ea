import { expect, it } from '@jest/globals';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import { Scraper } from '../../lambda/scrape/scrape.ts';
import { serveMetrics } from '../cli/target.ts';
import { target } from '../series/samples.ts';

it('a further page of a history without a valid cursor is told, and the next scrape asks for it again', async () => {
  const told = [
    { 'fargauge-history-until': '200', 'fargauge-history-more': '1' },
    { 'fargauge-history-until': 'soon' },
  ];
  await using server = await serveMetrics((page) => `page ${page}\n`, {
    headers: () => told.shift() ?? {},
  });
  const scraper = new Scraper(Date.now, new AnswerDecoder());

  const scrape = await scraper.scrape(
    target({ url: `http://${server.address}/metrics`, history: true }),
    new AbortController().signal,
    { since: '100' },
  );

  expect(scrape).toMatchObject({
    cursor: '200',
    breach: 'the page of the history since 200 has no valid fargauge-history-until',
  });
  // A value without a time of its own is that of the last page.
  expect(scrape.samples[0]).toMatchObject({ series: { name: 'page' }, value: 2 });
});
