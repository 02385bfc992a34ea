import { Stack, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { compileNamePattern } from '../../lambda/config/values/pattern.ts';
import { METRIC_NAME } from '../../lambda/model/samples/relabel.ts';
import { unreadable } from '../metrics/promql.ts';
import { UP } from '../metrics/up.ts';
import type { ConfigurationFacts, JobFacts, OtlpFacts } from './check/check.ts';
import { holdsStandIn } from './deployment-values.ts';
import { forecast, type KnownLabels } from './relabel-forecast.ts';

/** The labels with the name of a cluster, of which a target has one or both. */
const CLUSTER_LABELS = ['ClusterName', 'TaskClusterName'];
const SERVICE_LABEL = 'ServiceName';

/** The metrics of tasks that a query of CloudWatch needs. */
export interface WantedSamples {
  readonly metricName: string;
  readonly clusterName: string;
  /** Absent: all services, and other tasks. */
  readonly serviceName?: string;
}

/** The samples of tasks that a configuration sends to CloudWatch over OTLP, if known. */
export class SentMetrics {
  private readonly facts: ConfigurationFacts;
  private readonly source: string;

  /** @param source name of the configuration in messages */
  constructor(facts: ConfigurationFacts, source: string) {
    this.facts = facts;
    this.source = source;
  }

  /** The reason why a query in the account and Region of a construct will find nothing; undefined if it can find samples. */
  problemOf(wanted: WantedSamples, asker: IConstruct): string | undefined {
    return this.destinationProblem(asker) ?? this.serviceProblem(wanted) ?? this.jobProblem(wanted);
  }

  private destinationProblem(asker: IConstruct): string | undefined {
    const { cloudWatchOtlp } = this.facts;
    if (cloudWatchOtlp.length === 0) {
      return `Expected an output of the type otlp with the endpoint cloudwatch, but ${this.source} has none`;
    }
    const { region, account } = Stack.of(asker);
    const inRegion = cloudWatchOtlp.filter(
      (output) => mayBe(output.region, region) || holdsStandIn(output.region ?? ''),
    );
    if (inRegion.length === 0) {
      const regions = cloudWatchOtlp.map((output) => output.region).join(' and ');
      return `The samples of ${this.source} go to CloudWatch in ${regions}, so ${region} does not have them`;
    }
    const accountsThere = inRegion.map(accountOf);
    if (!accountsThere.some((one) => mayBe(one, account))) {
      const accounts = accountsThere.join(' and ');
      return `The samples of ${this.source} go to CloudWatch of the account ${accounts}, so ${account} does not have them`;
    }
    const problems = inRegion.map(attributeProblem);
    return problems.includes(undefined) ? undefined : problems[0];
  }

  private serviceProblem({ serviceName }: WantedSamples): string | undefined {
    const { onlyServices } = this.facts;
    if (serviceName === undefined || onlyServices === undefined) return undefined;
    if (Token.isUnresolved(serviceName)) return undefined;
    if (onlyServices.some((pattern) => compileNamePattern(pattern).test(serviceName)))
      return undefined;
    const patterns = onlyServices.join(', ') || 'none';
    return `No sd_service_name_pattern of ${this.source} matches the service ${serviceName}: ${patterns}`;
  }

  private jobProblem(wanted: WantedSamples): string | undefined {
    const problems = this.facts.jobs.flatMap((job) =>
      job.finds.map((finds) => problemOfJob(job, finds, wanted)),
    );
    if (problems.includes(undefined)) return undefined;
    return problems[0] ?? `${this.source} has no job that finds tasks`;
  }
}

/** The attributes that queries read must be among the sent ones. */
function attributeProblem({ attributes }: OtlpFacts): string | undefined {
  const missing = attributes === undefined ? [] : unreadable(attributes);
  if (missing.length === 0) return undefined;
  return `Expected \`attributes\` of the output to CloudWatch to name those that queries read, but they lack ${missing.join(', ')}`;
}

function problemOfJob(
  { name, labelsCluster, relabeling, metricRelabeling }: JobFacts,
  finds: JobFacts['finds'][number],
  wanted: WantedSamples,
): string | undefined {
  const { metricName, clusterName, serviceName } = wanted;
  const target = forecast(labelsOfTarget(finds, wanted, labelsCluster), relabeling);
  if (target === undefined) return `The relabel_configs of the job ${name} drop the targets`;
  if (!CLUSTER_LABELS.some((label) => canHave(target, label, clusterName))) {
    return `The relabel_configs of the job ${name} leave its targets no label ${CLUSTER_LABELS.join(' or ')} with ${clusterName}`;
  }
  if (serviceName !== undefined && !canHave(target, SERVICE_LABEL, serviceName)) {
    return `The relabel_configs of the job ${name} leave its targets no label ${SERVICE_LABEL} with ${serviceName}`;
  }
  if (metricName === UP) return undefined;
  const sample = forecast({ ...target, [METRIC_NAME]: metricName }, metricRelabeling);
  if (sample === undefined) {
    return `The metric_relabel_configs of the job ${name} drop ${metricName}`;
  }
  if (!canHave(sample, METRIC_NAME, metricName)) {
    return `The metric_relabel_configs of the job ${name} rename ${metricName} to ${sample[METRIC_NAME]}`;
  }
  return undefined;
}

/** The known labels of a task's target, before its job relabels them. */
function labelsOfTarget(
  finds: JobFacts['finds'][number],
  { clusterName, serviceName }: WantedSamples,
  labelsCluster: boolean,
): KnownLabels {
  if (finds === 'others') return {};
  // Targets of `aws_sd_configs` have only labels that begin with `__`.
  const labels =
    finds === 'tasks'
      ? { ClusterName: '', TaskClusterName: '', [SERVICE_LABEL]: '' }
      : {
          ClusterName: labelsCluster ? clusterName : '',
          TaskClusterName: clusterName,
          ...(serviceName !== undefined && { [SERVICE_LABEL]: serviceName }),
        };
  return Object.fromEntries(
    Object.entries(labels).filter(([, value]) => !Token.isUnresolved(value)),
  );
}

function canHave(labels: KnownLabels, name: string, value: string): boolean {
  return !(name in labels) || mayBe(labels[name], value);
}

/** The account that an output writes to; absent for that of the collector, or if it is known only at deployment. */
function accountOf({ roleArn }: OtlpFacts): string | undefined {
  return roleArn === undefined || holdsStandIn(roleArn) ? undefined : roleArn.split(':')[4];
}

/** A value that is absent, or known only at deployment, may be anything. */
function mayBe(one: string | undefined, other: string): boolean {
  return (
    one === undefined || one === other || [one, other].some((each) => Token.isUnresolved(each))
  );
}
