import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { pageAssets } from '../../../cli/explore/assets.ts';
import { serveExplore } from '../../../cli/explore/server.ts';
import type { Recording } from '../../../cli/recording/format.ts';

/** The script that finds violations of the rules for accessible pages. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** On Debian and Ubuntu. */
export const BROWSER = '/usr/bin/chromium';

/** Pixels of a window with both columns, and of a telephone. */
export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 390, height: 844 };

/** A page that a browser has open. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** What the browser complained of: errors of scripts, and what the Content-Security-Policy has stopped. */
  readonly complaints: readonly string[];
}

/** Chromium without a window. As root it has no sandbox; all that it opens is of this repository. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: BROWSER,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}

/** Opens an address, and keeps what the browser complains of. */
export async function open(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: WIDE,
    locale: 'en-US',
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Serves the page of `fargauge explore` with a recording, and opens it. */
export async function explore(
  browser: Browser,
  recording: Recording,
  options?: BrowserContextOptions,
): Promise<OpenPage> {
  assets ??= pageAssets();
  const server = await serveExplore({
    assets: await assets,
    recording: async () => JSON.stringify(recording),
  });
  const opened = await open(browser, server.url, options);
  await opened.page.getByRole('list', { name: 'Result of the rules' }).waitFor();
  return {
    ...opened,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

let assets: ReturnType<typeof pageAssets> | undefined;

/** Replaces the rules in the editor, as somebody does who pastes them. */
export async function writeRules(page: Page, rules: string): Promise<void> {
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(rules)})`);
  await page.getByRole('textbox', { name: 'Rules in YAML' }).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+V');
}

/** The rules in the editor, all lines of which are in view. */
export async function rulesOf(page: Page): Promise<string> {
  const lines = await page.locator('.cm-line').allInnerTexts();
  return lines.map((line) => (line === '\n' ? '' : line)).join('\n');
}

/** What axe finds of the standard's levels A and AA and of best practice: a line for each violation and its places. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate('axe.run(document)')) as {
    violations: { id: string; help: string; nodes: { html: string }[] }[];
  };
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`,
  );
}
