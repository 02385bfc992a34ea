/**
 * `node test/picture/draw-explore.ts`: runs the demo with its page, and takes a picture of the page in Chromium, with a series that no rule
 * takes, to docs/images/explore.png.
 */

import { join } from 'node:path';
import { REPOSITORY } from '../../infra/build/paths.ts';
import { startFargauge } from '../cli/fargauge.ts';
import { open, startBrowser } from '../integration/support/browser.ts';

const FILE = join(REPOSITORY, 'docs/images/explore.png');

/** Cycles of the demo before the page asks for one, so that sidecars have a history to draw. */
const CYCLES = 20;

await using demo = startFargauge([
  ...['demo', '--explore', '--no-open', '--interval', '2s', '--refresh', '2s'],
]);
const [address] = await demo.says(/http:\S+token=\S+/);
await demo.says(new RegExp(`(?:^Cycle[\\s\\S]*?){${CYCLES}}`, 'm'));
const browser = await startBrowser();
await using opened = await open(browser, address, { viewport: { width: 1280, height: 800 } });
const { page } = opened;
await page.getByRole('searchbox', { name: 'Find series' }).fill('task_cpu_utilization worker');
await page
  .getByRole('button', { name: 'ee_task_cpu_utilization_max_percent', exact: true })
  .click();
await page.getByRole('button', { name: /^ee_task_cpu_utilization_max_percent\{/ }).click();
await page.getByRole('button', { name: 'Apply this edit' }).waitFor();
await page.screenshot({ path: FILE });
await browser.close();
