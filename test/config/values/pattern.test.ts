import { describe, expect, it } from '@jest/globals';
import { compilePattern, MAX_INSTRUCTIONS } from '../../../lambda/config/values/pattern.ts';
import { loadNative, messagesOf } from '../loading.ts';

describe('patterns', () => {
  it.each([
    ['*'],
    ['(unclosed'],
    ['(?=a)'],
    ['(?!a)'],
    ['(?<=a)b'],
    ['(?<!a)b'],
    ['(a)\\1'],
    ['a{1001}'],
    ['(?>a)'],
    ['[a-'],
  ])('%s is none in RE2', (source) => {
    expect(() => compilePattern(source)).toThrow();
  });

  it.each([
    ['', 'anything', true],
    ['ngnix', 'my-nginx', false],
    ['gin', 'my-nginx', true],
    ['^nginx$', 'my-nginx', false],
    ['NGINX', 'nginx', false],
    ['(?i)^NGINX$', 'nginx', true],
    ['^[[:alpha:]]+$', 'nginx', true],
    ['a$', 'a\n', false],
    ['.+', '', false],
    ['^$', '', true],
  ])('%j, which is not anchored, in %j: %s', (source, text, matches) => {
    expect(compilePattern(source).test(text)).toBe(matches);
  });

  it('matches in linear time where a backtracking engine would not end', () => {
    expect(compilePattern('^(a+)+$').test(`${'a'.repeat(50_000)}b`)).toBe(false);
  });
});

/** 14 kB that were compiled to 1.5 million instructions. */
const LARGE = 'a{0,1000}'.repeat(1555);

describe('a pattern whose program would be large', () => {
  it.each([
    ['metric_relabel_configs[0].regex', { metric_relabel_configs: [{ regex: LARGE }] }],
    ['relabel_configs[0].regex', { relabel_configs: [{ regex: LARGE }] }],
  ])('is refused at %s of a job', async (key, settings) => {
    const job = { job_name: 'shop', ...settings };

    const [message] = await messagesOf(loadNative({ scrape_configs: [job] }));

    expect(message).toMatch(/^FARGAUGE_CONFIG: scrape_configs\[0\]\./);
    expect(message).toContain(key);
    expect(message).toContain('instructions, expected at most 25000');
  });

  it('is refused as a selector of metrics', async () => {
    const declaration = { source_labels: ['job'], metric_selectors: [LARGE] };
    const document = {
      log_group_name: '/shop',
      emf_processor: { metric_namespace: 'Shop', metric_declaration: [declaration] },
    };

    const messages = await messagesOf(loadNative(document));

    expect(messages.find((message) => message.includes('metric_selectors[0]'))).toContain(
      'lower the counts of its repetitions, or split it',
    );
  });

  it('takes a list of a thousand names', () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `shop_orders_${index}_total`);
    expect(compilePattern(`^(${names.join('|')})$`).test('shop_orders_999_total')).toBe(true);
  });

  it('is told by its instructions, not by its length', () => {
    const longest = 'a{1000}'.repeat(MAX_INSTRUCTIONS / 1_000);
    expect(() => compilePattern(longest)).not.toThrow();
    expect(() => compilePattern(`${longest}a`)).toThrow(
      `the expression compiles to about ${MAX_INSTRUCTIONS + 1} instructions`,
    );
  });
});
