import { describe, expect, it } from '@jest/globals';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { collectorStack } from '../template.ts';

/** What the warnings of a configuration with these jobs, and one that has targets, are acknowledged by. */
function idsOf(...jobs: readonly string[]): readonly string[] {
  const good = "{job_name: on, static_configs: [{targets: ['x:1']}]}";
  const configuration = CollectorConfiguration.native(
    `scrape_configs: [${[...jobs, good].join(', ')}]`,
  );
  const { stack } = collectorStack({ configuration });
  return Annotations.fromStack(stack)
    .findWarning('/Stack/Collector', Match.stringLikeRegexp('the native configuration'))
    .map(({ entry }) => /fargauge:[^\]]+/.exec(String(entry.data))?.[0] ?? '');
}

const SILENT = '{job_name: silent}';
const EMPTY = "{job_name: empty, static_configs: [{targets: ['x:1']}, {targets: []}]}";

describe('what a warning of a configuration is acknowledged by', () => {
  it('is the same wherever in the configuration its subject stands', () => {
    const [alone, ...others] = idsOf(SILENT);
    expect(others).toEqual([]);
    expect(alone).toMatch(/^fargauge:configuration-[0-9a-f]{8}$/);
    expect(idsOf(EMPTY, SILENT)).toContain(alone);
  });

  it('is another where it says something else', () => {
    expect(new Set(idsOf(EMPTY, SILENT)).size).toBe(2);
  });
});
