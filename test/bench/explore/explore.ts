import { existsSync } from 'node:fs';
import { table } from '../../../cli/describe/table.ts';
import { pageAssets } from '../../../cli/explore/assets.ts';
import { Exploration } from '../../../cli/explore/engine/exploration.ts';
import { serveExplore } from '../../../cli/explore/server.ts';
import { RULES, recordingOf, target } from '../../cli/explore/recording.ts';
import { BROWSER, open, startBrowser } from '../../integration/support/browser.ts';
import { median } from '../statistics.ts';

const TARGETS = 10;
const SERIES = 1_000;

/** Edits of the rules in each round, after those that warm the code up. */
const EDITS = 15;
const WARM_UP = 5;

/** Selectors that an edit goes to and fro between, so that each evaluation takes and loses series. */
const SELECTORS = ['"^metric_.*[0-4]$"', '"^metric_.*[5-9]$"'];

/** `npm run bench -- explore`: what an edit takes in the browser's engine and in Node.js, the same code and recording. */
export async function runExplore(): Promise<void> {
  console.log(`An edit of the rules over ${TARGETS * SERIES} series of ${TARGETS} targets\n`);
  if (!existsSync(BROWSER)) {
    console.log(`left out: there is no ${BROWSER}; on Debian: apt-get install chromium\n`);
    return;
  }
  const recording = recordingOf(Array.from({ length: TARGETS }, (_, index) => targetAt(index)));
  const inNode = await timesInNode(recording);
  const inBrowser = await timesInBrowser(recording);
  const rows = [
    ['Node.js', median(inNode)],
    ['Chromium', median(inBrowser)],
  ].map(([name, ms]) => [String(name), `${Number(ms).toFixed(1)} ms`]);
  console.log(table(['engine', 'median of an edit'], rows));
  console.log(`\nChromium : Node.js = ${(median(inBrowser) / median(inNode)).toFixed(2)}\n`);
}

function targetAt(index: number) {
  const page = Array.from(
    { length: SERIES },
    (_, n) => `# TYPE metric_${n} gauge\nmetric_${n}{zone="z${n % 7}"} ${n}\n`,
  ).join('');
  const address = `10.0.0.${index + 1}:8080`;
  return target(page, {
    url: `http://${address}/metrics`,
    labels: { job: 'shop', instance: address },
    discovered: { __address__: address },
  });
}

function edits(): string[] {
  return Array.from({ length: WARM_UP + EDITS }, (_, n) =>
    RULES.replace('^queue_length$', SELECTORS[n % SELECTORS.length] ?? ''),
  );
}

async function timesInNode(recording: ReturnType<typeof recordingOf>): Promise<number[]> {
  const exploration = new Exploration(recording);
  const times: number[] = [];
  for (const rules of edits()) {
    const { results, problems } = await exploration.evaluate(rules);
    if (results === undefined) throw new Error(JSON.stringify(problems));
    times.push(results.tookMs);
  }
  return times.slice(WARM_UP);
}

/** In the worker of the page, as the page asks it. */
async function timesInBrowser(recording: ReturnType<typeof recordingOf>): Promise<number[]> {
  const text = JSON.stringify(recording);
  const server = await serveExplore({ assets: await pageAssets(), recording: async () => text });
  const browser = await startBrowser();
  try {
    await using opened = await open(browser, server.url);
    const asked = `(async () => {
      const worker = new Worker('engine.js', { type: 'module' });
      const ask = (method, ...args) => new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.value));
        worker.postMessage({ id: 1, method, args });
      });
      await ask('open', await (await fetch('recording')).text());
      const times = [];
      for (const rules of ${JSON.stringify(edits())}) {
        times.push((await ask('evaluate', rules)).results.tookMs);
      }
      return times;
    })()`;
    return ((await opened.page.evaluate(asked)) as number[]).slice(WARM_UP);
  } finally {
    await browser.close();
    await server.close();
  }
}
