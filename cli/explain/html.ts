import { createHash } from 'node:crypto';
import { describeSeries, fateOf } from './describe.ts';
import type { SeriesExplanation } from './explain.ts';

/** Series that the page has; a browser takes seconds for more. */
const MAX_SERIES = 5_000;

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: Canvas; color: CanvasText }
code, pre { font: .9rem/1.5 ui-monospace, monospace }
pre { overflow-wrap: anywhere; white-space: pre-wrap; margin: .5rem 0 1rem 1rem }
details { border-top: 1px solid GrayText; padding: .4rem 0 }
summary { cursor: pointer; overflow-wrap: anywhere }
input { font: inherit; padding: .3rem; width: min(30rem, 90%) }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px }
[hidden] { display: none }
`;

/** Finds families by any text of them. */
const SCRIPT = `
const input = document.getElementById('search');
const families = [...document.querySelectorAll('details')];
const count = document.getElementById('count');
input.addEventListener('input', () => {
  const wanted = input.value.toLowerCase();
  let shown = 0;
  for (const family of families) {
    family.hidden = !family.textContent.toLowerCase().includes(wanted);
    if (!family.hidden) shown += 1;
  }
  count.textContent = shown + ' of ' + families.length + ' names';
});
`;

/**
 * The explanations as one page without external resources. It shows every text of targets as text: it escapes it, and its
 * policy lets no script run but its own.
 *
 * @param problems lines about targets and tasks without series
 * @param madeAt ISO 8601
 */
export function htmlOf(
  explained: readonly SeriesExplanation[],
  problems: readonly string[],
  madeAt: string,
): string {
  const shown = explained.slice(0, MAX_SERIES);
  const families = [...Map.groupBy(shown, ({ name }) => name)];
  const published = explained.filter(({ metrics }) => metrics.length > 0).length;
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  const rest = explained.length - shown.length;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'">
<title>fargauge explain</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>What becomes of each series</h1>
<p>${published} of ${explained.length} series become a metric of CloudWatch. Made by <code>fargauge explain</code> at ${escaped(madeAt)}.${rest > 0 ? ` The first ${shown.length} are shown.` : ''}</p>
${problems.length > 0 ? `<h2>Targets without series</h2>\n<ul>\n${problems.map((each) => `<li>${escaped(each)}</li>`).join('\n')}\n</ul>\n` : ''}<h2>Series by name</h2>
<p><label for="search">Search</label> <input id="search" type="search"> <output id="count" for="search">${families.length} names</output></p>
${families.map(([name, series]) => family(name, series)).join('\n')}
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function family(name: string, series: readonly SeriesExplanation[]): string {
  const fates = Map.groupBy(series, ({ metrics, dropped }) =>
    fateOf({ metrics, reason: dropped?.reason }),
  );
  const counts = [...fates].map(([fate, { length }]) => `${length} ${fate}`).join(', ');
  return `<details>
<summary><code>${escaped(name)}</code>: ${escaped(counts)}</summary>
${series.map((each) => `<pre>${escaped(describeSeries(each))}</pre>`).join('\n')}
</details>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
