import type { Config } from '../../model/settings/config.ts';
import type { AssumedRole } from '../../model/settings/credentials.ts';
import { RESERVED_NAMESPACE } from '../../model/settings/metric.ts';
import type {
  LogsOutputConfig,
  MetricsOutputConfig,
  OutputConfig,
} from '../../model/settings/output.ts';
import type { Findings } from '../findings/findings.ts';
import { below, type Place } from '../findings/place.ts';

/** The account in the ARN of a role. */
const ACCOUNT = /^arn:[^:]*:iam::(\d*):/;

export function hasOutput(outputs: Config['outputs'], ...types: OutputConfig['type'][]): boolean {
  return outputs?.some(({ type }) => types.includes(type)) ?? false;
}

/** Warns of what PutMetricData would refuse, and of nothing to write with it. */
export function warnOfStoredMetrics(
  { outputs, emf }: Pick<Config, 'outputs' | 'emf'>,
  place: Place,
  findings: Findings,
): void {
  if (!hasOutput(outputs, 'cloudwatch_metrics')) return;
  if (emf.declarations.length === 0) {
    const reason =
      'publishes no metric, so the output cloudwatch_metrics writes nothing: expected a metric_declaration, and no disable_metric_extraction';
    findings.warn(below(place, 'emf_processor'), reason);
  }
  const named = emf.declarations.map(({ namespace = emf.namespace }) => namespace);
  for (const namespace of new Set(named)) {
    if (!namespace.startsWith(RESERVED_NAMESPACE)) continue;
    const reason = `publishes to ${JSON.stringify(namespace)}, which the output cloudwatch_metrics cannot write: names that begin with ${RESERVED_NAMESPACE} belong to AWS`;
    findings.warn(below(place, 'emf_processor'), reason);
  }
}

/** Warns of outputs that give CloudWatch the same metrics, which adds them up. */
export function warnOfStoredTwice(
  { outputs = [], emf, logs }: Pick<Config, 'outputs' | 'emf' | 'logs'>,
  place: Place,
  findings: Findings,
): void {
  if (emf.declarations.length === 0) return;
  const stored = outputs.filter((each) => each.type === 'cloudwatch_metrics');
  const written = outputs.filter((each) => each.type === 'cloudwatch-logs');
  const isDoubled = stored.some((one) =>
    written.some((other) => areTogether(one, other, logs.region)),
  );
  if (!isDoubled) return;
  const reason =
    'has cloudwatch-logs and cloudwatch_metrics, which store the same metrics, so that Sum and SampleCount are twice as high as they should be: expected one of both';
  findings.warn(place, reason);
}

/** Whether both store in the same account and Region. An unknown Region counts as the same. */
function areTogether(
  { signing }: MetricsOutputConfig,
  { region, role }: LogsOutputConfig,
  logsRegion: string | undefined,
): boolean {
  const regions = [signing.region, region ?? logsRegion];
  const areNear = regions[0] === regions[1] || regions.includes(undefined);
  return areNear && accountOf(signing.role) === accountOf(role);
}

/** Undefined: that of the collector. */
function accountOf(role: AssumedRole | undefined): string | undefined {
  return role && ACCOUNT.exec(role.arn)?.[1];
}
