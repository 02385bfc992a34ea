import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { fargauge, temporaryFolder } from '../../cli/fargauge.ts';
import {
  explore,
  NARROW,
  open,
  startBrowser,
  violationsOf,
  WIDE,
  writeRules,
} from '../support/browser.ts';
import { RULES, shop } from './shop.ts';

const SLOW = 60_000;

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
}, SLOW);

afterAll(() => browser.close());

const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [WIDE, NARROW].map((viewport) => ({ colorScheme, viewport, width: viewport.width })),
);

describe.each(LOOKS)('the page in $colorScheme at $width px', ({ colorScheme, viewport }) => {
  it(
    'breaks no rule of axe, and is no wider than the window, in any of its views',
    async () => {
      await using opened = await explore(browser, shop(), { colorScheme, viewport });
      const { page } = opened;
      const found: string[] = [];
      const look = async (view: string) => {
        found.push(...(await violationsOf(page)).map((violation) => `${view}: ${violation}`));
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        if (Number(wide) > viewport.width) found.push(`${view}: ${wide} px wide`);
      };
      await page.getByRole('button', { name: 'orders', exact: true }).click();
      await page.getByRole('button', { name: /^orders_total\{.*paid/ }).click();
      await page.getByRole('button', { name: 'Apply this edit' }).waitFor();
      await look('series');
      await page.locator('details.price summary').click();
      await look('price');
      await page.locator('details.price summary').click();
      for (const view of ['Metrics', 'Targets', 'CPU alarm']) {
        await page.getByRole('tab', { name: view }).click();
        await look(view);
      }
      if (viewport === NARROW) await page.getByRole('tab', { name: 'Rules' }).click();
      await writeRules(page, RULES.replace('[^queue_length$]', '["("]'));
      await page.getByRole('list', { name: 'Problems of the rules' }).waitFor();
      await look('errors');
      expect(found).toEqual([]);
      expect(opened.complaints).toEqual([]);
    },
    SLOW,
  );

  it('`fargauge explain --html` breaks none either', async () => {
    const folder = await temporaryFolder();
    try {
      const path = await folder.file('cycle.json', shop());
      const html = folder.path('explain.html');
      await fargauge(['explain', '--recording', path, '--html', html]);
      await using opened = await open(browser, pathToFileURL(html).href, { colorScheme, viewport });
      expect(await violationsOf(opened.page)).toEqual([]);
      expect(
        Number(await opened.page.evaluate('document.documentElement.scrollWidth')),
      ).toBeLessThanOrEqual(viewport.width);
    } finally {
      await folder.remove();
    }
  });
});

describe('the keyboard alone', () => {
  it('opens a family and a series, applies the edit, and goes from tab to tab', async () => {
    await using opened = await explore(browser, shop());
    const { page } = opened;
    await page.getByRole('searchbox', { name: 'Find series' }).focus();
    await page.keyboard.type('paid');
    await page.getByRole('rowheader').nth(1).waitFor({ state: 'detached' });
    await reach(page, /^orders$/);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^orders_total\{/ }).waitFor();
    await reach(page, /^orders_total\{/);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Apply this edit' }).waitFor();
    await reach(page, /^Apply this edit$/);
    await page.keyboard.press('Enter');
    await page.getByText('newly taken').first().waitFor();

    await page.getByRole('tab', { name: 'Series' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator(':focus').innerText()).toBe('Metrics');
    await page.keyboard.press('End');
    expect(await page.locator(':focus').innerText()).toBe('CPU alarm');
  });

  it('leaves the editor by Tab', async () => {
    await using opened = await explore(browser, shop());
    const { page } = opened;
    await page.getByRole('textbox', { name: 'Rules in YAML' }).focus();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('role')).toBe('tab');
  });
});

/** Presses Tab until a control with this text has the focus. */
async function reach(page: Page, text: RegExp): Promise<void> {
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press('Tab');
    const focused = await page.locator(':focus').innerText();
    if (text.test(focused.trim().replaceAll('\n', ''))) return;
  }
  throw new Error(`30 presses of Tab do not reach ${text}`);
}
