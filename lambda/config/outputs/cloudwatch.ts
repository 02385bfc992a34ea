import type { AssumedRole } from '../../model/settings/credentials.ts';
import type {
  LogsOutputConfig,
  MetricsOutputConfig,
  SigningConfig,
} from '../../model/settings/output.ts';
import type { LogsOutputKeys, MetricsOutputKeys } from './outputs.ts';
import type { ReceiverKeys } from './receiver.ts';

/** The output for CloudWatch Logs. Its name tells the Region and the role unless they are the default. */
export function logsOutput({ name, sigv4: keys = {} }: LogsOutputKeys): LogsOutputConfig {
  const type = 'cloudwatch-logs';
  const { region } = keys;
  const role = roleOf(keys);
  const own = [region && `in ${region}`, role && `as ${role.arn}`].filter(Boolean);
  return {
    type,
    name: name ?? (own.length === 0 ? undefined : [type, ...own].join(' ')),
    region,
    role,
  };
}

export function roleOf({
  role_arn: arn,
  external_id: externalId,
}: NonNullable<ReceiverKeys['sigv4']>): AssumedRole | undefined {
  return arn === undefined ? undefined : { arn, externalId };
}

/** The output for CloudWatch's metrics. Its name says the same. */
export function metricsOutput(
  { name, url, sigv4 }: MetricsOutputKeys,
  signing: SigningConfig,
): MetricsOutputConfig {
  const type = 'cloudwatch_metrics';
  const { role } = signing;
  const own = [sigv4?.region && `in ${sigv4.region}`, url && `at ${url}`, role && `as ${role.arn}`];
  return { type, name: name ?? [type, ...own].filter(Boolean).join(' '), url, signing };
}
