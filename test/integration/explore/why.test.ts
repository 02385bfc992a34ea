import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type Case, DECLARATION, METRIC, WHY } from '../../cli/explain/why-cases.ts';
import { recordingOf, target } from '../../cli/explore/recording.ts';
import { explore, startBrowser } from '../support/browser.ts';

const SLOW = 60_000;

const URL = 'http://10.0.0.1:8080/metrics';

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
}, SLOW);

afterAll(() => browser.close());

/** What the page says of each of the cases. A new one must get its answer here. */
const ANSWERS: Readonly<Record<string, RegExp>> = {
  'no target': /The discovery found no target/,
  'port closed': /connect_refused: /,
  'target down': /http_status: /,
  'series absent': /No target that is up exposes it/,
  'no selector': /no_declaration[\s\S]*no selector matches the name/,
  matcher: /label_matcher \^web\$ does not match "keycloak" of job/,
  'missing label': /dimensions \[job, zone\] there is no label zone/,
  'first sample': /Not this sample: first_sample/,
  budget: /metric_budget/,
  'not finite': /Not this sample: not_finite/,
  'limit of CloudWatch': /Not this sample: out_of_range/,
  'limit of CloudWatch, of a dimension': /dimensions \[realm\] CloudWatch does not accept realm/,
};

/** As `fargauge record` saves what the command would scrape. */
function recorded({ page, status, targets, declaration, processor }: Case) {
  const configuration = JSON.stringify({
    scrape_configs: [{ job_name: 'keycloak', static_configs: [{ targets: ['10.0.0.1:8080'] }] }],
    emf_processor: {
      metric_namespace: 'Shop',
      metric_declaration: [{ ...DECLARATION, ...declaration }],
      ...processor,
    },
  });
  if (targets?.length === 0) return recordingOf([], { configuration });
  const more = {
    url: URL,
    job: 'keycloak',
    labels: { job: 'keycloak', instance: '10.0.0.1:8080' },
  };
  if (page !== undefined && status === undefined) {
    return recordingOf([target(page, more)], { configuration });
  }
  const reason = status === undefined ? 'connect_refused' : 'http_status';
  const { page: _, ...down } = target('', { ...more, down: { reason, text: 'as recorded' } });
  return recordingOf([down], { configuration });
}

describe('why a metric is not there, on the page', () => {
  it.each(WHY)('%s: is answered in three clicks', async (name, given) => {
    await using opened = await explore(browser, recorded(given));
    const { page } = opened;
    let clicks = 0;
    const click = async (locator: ReturnType<typeof page.getByRole>) => {
      clicks += 1;
      await locator.click();
    };

    await click(page.getByRole('searchbox', { name: 'Find series' }));
    await page.keyboard.type(METRIC);
    const family = page.getByRole('button', { name: METRIC, exact: true });
    const nowhere = page.getByText(/None of \d+ series of/);
    await family.or(nowhere).first().waitFor();
    if (await family.isVisible()) {
      await click(family);
      await click(page.getByRole('button', { name: new RegExp(`^${METRIC}\\{`) }));
      await page.locator('.explanation .verdict').first().waitFor();
    } else if (name !== 'series absent') {
      await click(page.getByRole('button', { name: 'Show the targets' }));
    }

    expect(await page.getByRole('tabpanel').innerText()).toMatch(ANSWERS[name] ?? /^$/);
    expect(clicks).toBeLessThanOrEqual(3);
    expect(opened.complaints).toEqual([]);
  });
});
