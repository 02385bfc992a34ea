import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RelabelRule } from '../../../lambda/model/samples/relabel.ts';
import { AnsweringThread } from './answering-thread.ts';

/** Reads configurations as the function does. */
const checker = new AnsweringThread<CheckRequest, CheckResult>(
  fileURLToPath(new URL(`./program${extname(import.meta.url)}`, import.meta.url)),
);

/** The log group of the check's environment, for configurations that name none. */
export const OWN_LOG_GROUP = '/fargauge';

/** A text and its name in messages. */
export interface Document {
  readonly name: string;
  readonly text: string;
}

export interface CheckRequest {
  /** Absent: the built-in default. */
  readonly main?: Document | undefined;
  /** The Prometheus file beside a document of the CloudWatch Agent. */
  readonly prometheus?: Document | undefined;
  /** Name or ARN of the cluster for configurations that name none. */
  readonly cluster: string;
  /** JSON of outputs that take precedence over those of the documents. */
  readonly outputs?: string | undefined;
}

/** Has exactly one of both. */
export interface CheckResult {
  readonly facts?: ConfigurationFacts | undefined;
  /** All errors, each with its path in the document. */
  readonly problems?: readonly string[] | undefined;
}

/** The facts about a configuration that the infrastructure needs. */
export interface ConfigurationFacts {
  readonly warnings: readonly string[];
  /** Names, ARNs and patterns of clusters that the collector reads with its own role. */
  readonly clusters: readonly string[];
  /** Those that it reads with other credentials. */
  readonly foreignClusters: readonly string[];
  /** The docker label with the port of a container; absent if such labels are not read. */
  readonly portLabel?: string | undefined;
  /** The docker label with the path of its metrics. */
  readonly metricsPathLabel?: string | undefined;
  readonly namespace: string;
  /** CloudWatch unit by name of the metric. */
  readonly units: Readonly<Record<string, string>>;
  readonly logGroup: string;
  /** ARNs of the roles that write events into CloudWatch Logs; null is the function's own role. */
  readonly logWriters: readonly (string | null)[];
  /** Whether an output writes metrics with PutMetricData. */
  readonly storesMetrics: boolean;
  /** Namespaces of the rules. */
  readonly namespaces: readonly string[];
  /** Whether the configuration names its outputs. */
  readonly namesOutputs: boolean;
  /** Whether events go to standard output, which is the log of the function. */
  readonly printsEvents: boolean;
  readonly declarations: readonly DeclarationFacts[];
  /** The outputs that send samples to CloudWatch over OTLP. */
  readonly cloudWatchOtlp: readonly OtlpFacts[];
  readonly jobs: readonly JobFacts[];
  /** `service_name_list_for_tasks`: the names of services. */
  readonly servicePorts: readonly PortsFacts[];
  /** `task_definition_list`: the ARNs of task definitions. */
  readonly definitionPorts: readonly PortsFacts[];
  /** URLs beside the targets and the APIs of AWS: receivers, lists of targets, endpoints of APIs. */
  readonly urls: readonly string[];
  /** Whether only series of the sidecar are published. */
  readonly sidecarsOnly: boolean;
  /** Expressions of services' names, one of which matches; absent if tasks are also found in another way. */
  readonly onlyServices?: readonly string[] | undefined;
}

/** An output that sends samples to CloudWatch over OTLP. */
export interface OtlpFacts {
  /** Absent: the Region of the collector. */
  readonly region?: string | undefined;
  /** Absent: the function's own. */
  readonly roleArn?: string | undefined;
  /** Absent: those that queries read are among them. */
  readonly attributes?: readonly string[] | undefined;
}

/** Selected ports, in containers with one of these names, if a subject matches. Expressions as text. */
export interface PortsFacts {
  readonly subject: string;
  /** Absent: all containers. */
  readonly container?: string | undefined;
  readonly ports: readonly number[];
  /** Absent: the path of the job. */
  readonly metricsPath?: string | undefined;
}

/** A static address of a job, as `host:port`, or a text that relabeling turns into it. */
export interface StaticFacts {
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A job, with the rules for the labels of its targets and samples. */
export interface JobFacts {
  readonly name: string;
  /** Its sources of targets: `ecs_service_discovery`, `aws_sd_configs`, or others with unknown labels. */
  readonly finds: readonly ('containers' | 'tasks' | 'others')[];
  /** Whether the containers have a label `ClusterName`. */
  readonly labelsCluster: boolean;
  readonly scheme: 'http' | 'https';
  readonly metricsPath: string;
  readonly statics: readonly StaticFacts[];
  /** Ports of `aws_sd_configs`. */
  readonly taskPorts: readonly number[];
  /** Whether files or URLs list targets. */
  readonly lists: boolean;
  readonly relabeling: readonly RelabelFacts[];
  readonly metricRelabeling: readonly RelabelFacts[];
}

/** A rule of relabeling, its expression as text. */
export type RelabelFacts = Omit<RelabelRule, 'regex'> & { readonly regex: string };

/** A `metric_declaration`, its expressions as text. */
export interface DeclarationFacts {
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  readonly matcher: string;
  readonly selectors: readonly string[];
  readonly dimensions: readonly (readonly string[])[];
  /** Absent: the namespace of the configuration. */
  readonly namespace?: string | undefined;
}

/** Results by request. */
const known = new Map<string, CheckResult>();

/** Reads a configuration as the function will. The collector's own code is asynchronous, constructs are not. */
export function checkConfiguration(request: CheckRequest): CheckResult {
  const key = JSON.stringify(request);
  let result = known.get(key);
  if (result === undefined) {
    result = answerTo(request);
    known.set(key, result);
  }
  return result;
}

function answerTo(request: CheckRequest): CheckResult {
  try {
    return checker.ask(request);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`The configuration could not be checked: ${message}`, { cause: error });
  }
}
