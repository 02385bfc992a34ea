import { describe, expect, it } from '@jest/globals';
import { loadNative } from '../loading.ts';

describe('a dimension that CloudWatch refuses', () => {
  it.each([':a', 'é', ' ', '_aws', 'x'.repeat(251)])('is warned of: "%s"', async (name) => {
    const { warnings } = await loadNative({
      emf_processor: {
        metric_declaration: [
          { source_labels: ['job'], metric_selectors: ['x'], dimensions: [['job'], ['job', name]] },
        ],
      },
      scrape_configs: [{ job_name: 'a', static_configs: [{ targets: ['a:1'] }] }],
    });
    const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
    expect(warnings).toEqual([
      `FARGAUGE_CONFIG: emf_processor.metric_declaration[0].dimensions[1]: publishes nothing, because CloudWatch accepts no dimension with the name ${shown} (string)`,
    ]);
  });
});
