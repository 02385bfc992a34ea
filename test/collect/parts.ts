import type { CollectorParts } from '../../lambda/collect.ts';
import { compilePattern } from '../../lambda/config/values/pattern.ts';
import type { Sample } from '../../lambda/model/samples/sample.ts';
import type { Config, Declaration, EmfConfig } from '../../lambda/model/settings/config.ts';
import type { Discovery } from '../../lambda/model/targets/discovery.ts';
import type { Target } from '../../lambda/model/targets/target.ts';

/** A configuration without discovery and jobs, and what differs in its rules. */
export function configWith(emf: Partial<EmfConfig>): Config {
  return {
    source: 'test',
    warnings: [],
    logs: { group: '/test' },
    jobs: [],
    series: { firstSample: 'auto', typeOverrides: [], valuePrecision: [] },
    emf: {
      namespace: 'Test',
      declarations: [declarationOf({})],
      units: new Map(),
      logUnmatched: false,
      ...emf,
    },
  };
}

/** Publishes every metric of every job by its job, and what differs. */
export function declarationOf({
  selectors = [''],
  ...more
}: Partial<Omit<Declaration, 'selectors'>> & { selectors?: readonly string[] }): Declaration {
  return {
    sourceLabels: ['job'],
    separator: ';',
    matcher: compilePattern(''),
    selectors: selectors.map(compilePattern),
    dimensions: [['job']],
    storageResolution: 60,
    rate: false,
    ...more,
  };
}

export function fixedDiscovery(targets: readonly Target[]): Discovery {
  return {
    discover: async () => ({ targets, leftOut: [], idle: [], errors: [] }),
    stopped: async () => ({ ids: new Set(), errors: [] }),
  };
}

/** A scraper that gives these samples; `undefined` is a scrape that failed. */
export function scriptedScraper(
  now: () => number,
  samplesOf: (target: Target) => readonly Sample[] | undefined,
): CollectorParts['scraper'] {
  return {
    remembered: { lines: 0, bytes: 0 },
    scrape: async (target) => {
      const samples = samplesOf(target);
      const scraped = samples?.length ?? 0;
      const failure = {
        reason: 'http_status',
        message: 'expected HTTP status 200, got 500',
      } as const;
      return {
        target,
        startedAt: now(),
        durationMs: 1,
        bytes: 0,
        samples: samples ?? [],
        dropped: [],
        unwanted: 0,
        scraped,
        ...(samples === undefined && { failure }),
      };
    },
  };
}
