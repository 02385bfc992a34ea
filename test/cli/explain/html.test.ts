import { describe, expect, it } from '@jest/globals';
import { explain } from '../../../cli/explain/explain.ts';
import { htmlOf } from '../../../cli/explain/html.ts';
import { readPage } from '../../../cli/explain/page.ts';
import { labelsOf } from '../../../lambda/model/samples/sample.ts';
import { loadNative } from '../../config/loading.ts';

const AT = '2026-12-01T06:30:00.000Z';
const HOSTILE = '</pre><script>alert(1)</script><img src=//evil.example/x onerror="x">\'&';

async function page(exposition: string, problems: readonly string[] = []) {
  const config = await loadNative({
    scrape_configs: [{ job_name: 'web' }],
    emf_processor: {
      metric_declaration: [
        {
          source_labels: ['job'],
          label_matcher: 'web',
          dimensions: [['job']],
          metric_selectors: ['^threads$'],
        },
      ],
    },
  });
  const saved = {
    body: Buffer.from(exposition),
    contentType: 'text/plain',
    labels: labelsOf({ zone: HOSTILE }),
  };
  return htmlOf(explain(config, readPage(config, saved)), problems, AT);
}

describe('the page of explain', () => {
  it('has each name with what becomes of its series, and each explanation', async () => {
    const html = await page('# TYPE threads gauge\nthreads 1\n# TYPE other gauge\nother 2\n');
    expect(html).toContain('<p>1 of 2 series become a metric of CloudWatch.');
    expect(html).toContain('<summary><code>threads</code>: 1 published</summary>');
    expect(html).toContain('<summary><code>other</code>: 1 no_declaration</summary>');
    expect(html).toContain(
      '  to publish it, add ^other$ to metric_selectors of metric_declaration[0]',
    );
  });

  it('shows texts of targets as texts, and loads nothing', async () => {
    const html = await page('threads 1\n', [`down: ${HOSTILE}`]);
    expect(html).toContain('&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toContain('<img');
    expect(html).not.toMatch(/\b(?:src|href)=(?!\/\/evil)/);
    expect(html).toMatch(
      /content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-\S+'"/,
    );
  });

  it('follows the light or dark of the reader, and has names for screen readers', async () => {
    const html = await page('threads 1\n');
    expect(html).toContain('color-scheme: light dark');
    expect(html).toContain('<html lang="en">');
    expect(html).toContain('<label for="search">Search</label> <input id="search" type="search">');
  });

  it('has a part of very many series, and says so', async () => {
    const series = Array.from({ length: 5_001 }, (_, n) => `threads{n="${n}"} 1\n`).join('');
    const html = await page(series);
    expect(html).toContain('of 5001 series become');
    expect(html).toContain('The first 5000 are shown.');
    expect(html.match(/<pre>/g)).toHaveLength(5_000);
  });
});
