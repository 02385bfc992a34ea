import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { fargauge, startFargauge, temporaryFolder } from '../../cli/fargauge.ts';
import { explore, open, rulesOf, startBrowser, writeRules } from '../support/browser.ts';
import { RULES, shop } from './shop.ts';

const SLOW = 60_000;

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
}, SLOW);

afterAll(() => browser.close());

describe('the page of `fargauge explore`', () => {
  it('shows the targets that are up and down, and what was left out, with reasons and remedies', async () => {
    await using opened = await explore(browser, shop());
    const { page } = opened;
    await page.getByRole('tab', { name: 'Targets' }).click();

    const section = (name: string) => page.getByRole('region', { name }).innerText();
    expect(await section('Down (1)')).toMatch(
      /10\.0\.0\.2:8080[\s\S]*connect_refused: nothing listens on the port/,
    );
    expect(await section('Left out (1)')).toMatch(
      /unmapped_port container cache of task b2[\s\S]*map the port 9121/,
    );
    expect(await section('Up (2)')).toContain('10.0.0.3:9546');
    expect(opened.complaints).toEqual([]);
  });

  it('finds families by words, shows their types and values, and draws the history of a sidecar', async () => {
    await using opened = await explore(browser, shop());
    const { page } = opened;
    const rows = page.getByRole('rowheader');
    expect(await rows.count()).toBeGreaterThan(5);
    const cpu = page.getByRole('row', { name: /^ee_task_cpu/ });
    expect(await cpu.locator('svg').count()).toBe(1);

    await page.getByRole('searchbox', { name: 'Find series' }).fill('paid');
    await rows.nth(1).waitFor({ state: 'detached' });
    expect(await family(page, 'orders').innerText()).toMatch(/counter\s+2 – 7\s+2 series/);
    expect(opened.complaints).toEqual([]);
  });

  it('evaluates each edit at once: series newly taken and lost are marked, and the price moves', async () => {
    await using opened = await explore(browser, shop());
    const { page } = opened;
    const price = page.locator('details.price summary');
    const before = await price.innerText();

    await writeRules(page, RULES.replace('^queue_length$', '^orders_total$'));

    const results = page.getByRole('list', { name: 'Result of the rules' });
    await results.getByText('newly taken').waitFor();
    expect(await results.innerText()).toMatch(/\+2\s+newly taken\s+−1\s+newly lost/);
    expect(await family(page, 'orders').innerText()).toContain('2 newly taken');
    expect(await family(page, 'queue_length').innerText()).toContain('1 newly lost');
    await page.getByRole('tab', { name: 'Metrics' }).click();
    expect(await page.locator('tr.taken').innerText()).toContain('orders_total');
    expect(await page.locator('tr.lost').innerText()).toContain('queue_length');

    // One declaration more is one metric more, which has a price.
    const more =
      '    - metric_selectors: [^up$]\n      source_labels: [job]\n      label_matcher: .\n      dimensions: [[job]]\noutputs:';
    await writeRules(page, RULES.replace('outputs:', more));
    await price.getByText('+$').waitFor();
    expect(await price.innerText()).not.toBe(before);
    await price.click();
    expect(await page.locator('.popover').innerText()).toMatch(
      /metrics of CloudWatch\s+3, \$0\.30 each/,
    );
    expect(opened.complaints).toEqual([]);
  });

  it('marks an error at its place, keeps the last results, and completes keys by the schema', async () => {
    await using opened = await explore(browser, shop());
    const { page } = opened;
    await writeRules(page, RULES.replace('[^queue_length$]', '["("]'));

    const problems = page.getByRole('list', { name: 'Problems of the rules' });
    expect(await problems.innerText()).toMatch(/error line \d+: .*metric_selectors/);
    await page.locator('.cm-lint-marker-error').waitFor();
    expect(await family(page, 'queue_length').innerText()).toContain('published');

    await writeRules(page, `${RULES}clu`);
    await page.keyboard.press('Control+Space');
    await page.getByRole('option', { name: 'cluster_name' }).click();
    expect(await rulesOf(page)).toContain('cluster_name');
    expect(opened.complaints).toEqual([]);
  });

  it('explains a series with each declaration, its metric, and what each output gets', async () => {
    await using opened = await explore(browser, shop());
    const { page } = opened;
    await page.getByRole('button', { name: /^queue_length$/ }).click();
    await page.getByRole('button', { name: /^queue_length\{/ }).click();

    const explanation = page.locator('.explanation');
    const text = await explanation.innerText();
    expect(text).toMatch(/Published as Shop queue_length/);
    expect(text).toMatch(/selector \^queue_length\$ matches the name/);
    expect(text).toMatch(/label_matcher \^shop\$ matches "shop" of job/);
    expect(text).toMatch(/cloudwatch-logs: an EMF event with it/);
    expect(text).toMatch(/remote_write \S+: the series queue_length\{/);
    expect(text).toMatch(/otlp \S+: a point of the gauge queue_length with the attributes/);
    await explanation.getByText('The EMF event').click();
    const event = JSON.parse(await explanation.locator('pre').innerText());
    expect(event).toMatchObject({ queue_length: 5, job: 'shop', _aws: expect.anything() });
    expect(opened.complaints).toEqual([]);
  });

  it('offers the edit that takes a series which nobody takes, and applies it', async () => {
    await using opened = await explore(browser, shop());
    const { page } = opened;
    await page.getByRole('button', { name: 'orders', exact: true }).click();
    await page.getByRole('button', { name: /^orders_total\{.*paid/ }).click();
    await page.getByRole('button', { name: 'Apply this edit' }).click();

    await page
      .getByRole('list', { name: 'Result of the rules' })
      .getByText('newly taken')
      .waitFor();
    expect(await rulesOf(page)).toContain('orders_total');
    expect(await family(page, 'orders').innerText()).toContain('newly taken');
    expect(opened.complaints).toEqual([]);
  });

  it('draws the alarm on CPU over the last minutes, for any threshold', async () => {
    await using opened = await explore(browser, shop());
    const { page } = opened;
    await page.getByRole('tab', { name: 'CPU alarm' }).click();
    const verdict = page.locator('.verdict');
    expect(await verdict.innerText()).toMatch(/^ALARM .*64 % in the last minute/);
    const drawn = page.getByRole('img', { name: /^CPU utilization of checkout a1/ });
    // Drawn after the figures are shown. Two of them would be an error.
    await drawn.locator('canvas').waitFor();
    await page.getByRole('spinbutton').fill('95');
    await verdict.getByText('OK', { exact: true }).waitFor();
    expect(await page.getByRole('row').allInnerTexts()).toHaveLength(6);
    expect(opened.complaints).toEqual([]);
  });

  it('exports the rules as they are in the editor', async () => {
    await using opened = await explore(browser, shop());
    const { page } = opened;
    const edited = RULES.replace('Shop', 'Bazaar');
    await writeRules(page, edited);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export rules' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('fargauge.yaml');
    expect(await readFile(await file.path(), 'utf8')).toBe(edited);
    expect(opened.complaints).toEqual([]);
  });
});

describe('the commands', () => {
  it('`fargauge explore` opens for whoever comes first with its address', async () => {
    await using folder = disposable(await temporaryFolder());
    const path = await folder.file('cycle.json', shop());
    await using command = startFargauge(['explore', '--no-open', '--recording', path]);
    const [address] = await command.says(/http\S+/);

    await using first = await open(browser, address);
    await first.page.getByText('of 3 targets up').waitFor();
    expect(new URL(first.page.url()).search).toBe('');
    expect(first.complaints).toEqual([]);

    await using second = await open(browser, address);
    expect(await second.page.locator('body').innerText()).toContain('it works once');
  });

  it('`fargauge explain --html` writes a page that needs nothing else', async () => {
    await using folder = disposable(await temporaryFolder());
    const path = await folder.file('cycle.json', shop());
    const html = folder.path('explain.html');
    const { code, stderr } = await fargauge(['explain', '--recording', path, '--html', html]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

    await using opened = await open(browser, pathToFileURL(html).href);
    expect(await opened.page.locator('body').innerText()).toContain('queue_length');
    expect(opened.complaints).toEqual([]);
  });
});

/** The row of a family. */
function family(page: Page, name: string) {
  return page.locator('tr.family', { has: page.getByRole('button', { name, exact: true }) });
}

function disposable(folder: Awaited<ReturnType<typeof temporaryFolder>>) {
  return { ...folder, [Symbol.asyncDispose]: () => folder.remove() };
}
