import type { ScrapeJob } from '../model/config.ts';
import { labelsOf } from '../model/sample.ts';
import type { Target } from '../model/target.ts';
import { type FoundTarget, METRICS_PATH, SCHEME } from './found-target.ts';

/**
 * The target that a job makes of an address. As in Prometheus the labels of an address decide about its path, scheme,
 * job name and instance, and the job's settings where they say nothing. Undefined where that makes no URL.
 */
export function toTarget({ address, labels }: FoundTarget, job: ScrapeJob): Target | undefined {
  const scheme = labels[SCHEME] ?? job.scheme;
  const path = labels[METRICS_PATH] ?? job.metricsPath;
  const text = `${scheme}://${address}${path.startsWith('/') ? '' : '/'}${path}`;
  if (!/^https?$/.test(scheme) || !URL.canParse(text)) return undefined;
  const url = new URL(text).href;
  const all = labelsOf({ job: job.name, instance: address }, labels);
  const visible = Object.entries(all).filter(([name]) => !name.startsWith('__'));
  return {
    id: `${all.job} ${url}`,
    job: all.job ?? job.name,
    url,
    labels: labelsOf(Object.fromEntries(visible)),
    limits: {
      timeoutMs: job.timeoutMs,
      bodyBytes: job.bodySizeLimit,
      samples: job.sampleLimit,
    },
    honorLabels: job.honorLabels,
    honorTimestamps: job.honorTimestamps,
  };
}
