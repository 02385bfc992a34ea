import { readFileSync } from 'node:fs';
import { defaultDocument } from '../../lambda/config/native/default.ts';
import type { NativeInput } from '../../lambda/config/native/native.ts';
import { InvalidPropsError } from '../props/errors.ts';
import type { Owner } from '../props/valid.ts';
import {
  type CheckResult,
  type ConfigurationFacts,
  checkConfiguration,
  type Document,
} from './check/check.ts';
import {
  AGENT_VARIABLE,
  type ConfigurationDelivery,
  type ConfigurationParts,
  inEnvironment,
  inFiles,
  PROMETHEUS_VARIABLE,
} from './delivery.ts';
import { holdsDeploymentValues, holdsStandIn, withStandIns } from './deployment-values.ts';
import { DETAILED_DECLARATIONS, DETAILED_UNITS } from './detailed-rules.ts';
import { type ConfigurationNeeds, needsOf } from './needs.ts';
import { PublishedMetrics } from './published-metrics.ts';
import { SentMetrics } from './sent-metrics.ts';
import { impossibleValue, StandIns } from './stand-ins.ts';

/** Stands for the name of a cluster that is known only at deployment. */
const SOME_CLUSTER = 'cluster';

/** An entry of `outputs`. */
export type OutputInput = NonNullable<NativeInput['outputs']>[number];

/**
 * The configuration of a collector. The synthesis checks it, with the code that reads it in the function.
 *
 * @example
 * CollectorConfiguration.fromFile('fargauge.yaml');
 */
export class CollectorConfiguration {
  /** The configuration of a collector without one: the same as `taskMetrics()`. */
  static builtIn(): CollectorConfiguration {
    return new CollectorConfiguration({ source: 'the built-in default' });
  }

  /**
   * Every sidecar of the cluster, and CPU and memory utilization of the tasks by service: two metrics for each service,
   * which is all that its alarms on CPU and memory need. docs/cost.md has the cost of each choice.
   */
  static taskMetrics(): CollectorConfiguration {
    return CollectorConfiguration.builtIn();
  }

  /** In addition, CPU and memory utilization of containers: two more metrics for each container of a service. */
  static containerMetrics(): CollectorConfiguration {
    return CollectorConfiguration.ofDefault(defaultDocument('containers'));
  }

  /**
   * In addition, by service too, the metrics of the alarms on restarts and ephemeral storage, and of the whole
   * dashboard: four more for each service.
   */
  static detailed(): CollectorConfiguration {
    const document = defaultDocument('containers');
    const {
      metric_unit = {},
      metric_declaration = [],
      ...processor
    } = document.emf_processor ?? {};
    return CollectorConfiguration.ofDefault({
      ...document,
      emf_processor: {
        ...processor,
        metric_unit: { ...metric_unit, ...DETAILED_UNITS },
        metric_declaration: [...metric_declaration, ...DETAILED_DECLARATIONS],
      },
    });
  }

  /** Its events go into the log group of the collector. */
  private static ofDefault(document: NativeInput): CollectorConfiguration {
    return CollectorConfiguration.of({ ...document, log_group_name: undefined });
  }

  /** The text of a native configuration, YAML or JSON. */
  static native(text: string): CollectorConfiguration {
    return CollectorConfiguration.ofDocument({ name: 'the native configuration', text });
  }

  /**
   * A native configuration as an object. It may contain texts that only the deployment knows, such as the name of a log
   * group.
   */
  static of(document: NativeInput): CollectorConfiguration {
    const { outputs, ...others } = document;
    // The document may become a file, which cannot contain values of the deployment.
    if (outputs !== undefined && holdsDeploymentValues(JSON.stringify(outputs))) {
      return CollectorConfiguration.of(others).withOutputs(...outputs);
    }
    return CollectorConfiguration.ofDocument({
      name: 'the configuration object',
      text: JSON.stringify(document),
    });
  }

  /**
   * A file with a native configuration, YAML or JSON.
   *
   * @throws Error if it cannot be read
   */
  static fromFile(path: string): CollectorConfiguration {
    return CollectorConfiguration.ofDocument({ name: path, text: readFileSync(path, 'utf8') });
  }

  /** The CloudWatch Agent's JSON and the Prometheus YAML that goes with it. */
  static cloudWatchAgent(agentJson: string, prometheusYaml: string): CollectorConfiguration {
    return CollectorConfiguration.ofAgent(
      { name: AGENT_VARIABLE, text: agentJson },
      { name: PROMETHEUS_VARIABLE, text: prometheusYaml },
    );
  }

  /**
   * The CloudWatch Agent's two files.
   *
   * @throws Error if one cannot be read
   */
  static cloudWatchAgentFiles(agentPath: string, prometheusPath: string): CollectorConfiguration {
    return CollectorConfiguration.ofAgent(
      { name: agentPath, text: readFileSync(agentPath, 'utf8') },
      { name: prometheusPath, text: readFileSync(prometheusPath, 'utf8') },
    );
  }

  /**
   * A native configuration, or one of the CloudWatch Agent, outside of the app, which the function reads again in each
   * cycle.
   *
   * @param location `s3://BUCKET/KEY`, or `ssm:NAME` for a parameter of Systems Manager
   * @param text its current content. It is checked, and decides the permissions of the function.
   * @default - unknown: nothing is checked, and it may need no more than the built-in one
   */
  static remote(location: string, text?: string): CollectorConfiguration {
    return new CollectorConfiguration({
      source: location,
      location,
      ...(text !== undefined && { main: { name: `the text of ${location}`, text } }),
    });
  }

  private static ofDocument(main: Document): CollectorConfiguration {
    return new CollectorConfiguration({ source: main.name, main });
  }

  private static ofAgent(main: Document, prometheus: Document): CollectorConfiguration {
    return new CollectorConfiguration({ source: main.name, main, prometheus });
  }

  private readonly parts: ConfigurationParts;

  private constructor(parts: ConfigurationParts) {
    this.parts = parts;
  }

  /**
   * The same configuration with these outputs instead of those of its documents. They may contain values that only the
   * deployment knows, such as the URL of a new workspace.
   *
   * @example
   * CollectorConfiguration.builtIn().withOutputs({ type: 'cloudwatch-logs' }, workspace.output());
   */
  withOutputs(...outputs: readonly OutputInput[]): CollectorConfiguration {
    return new CollectorConfiguration({ ...this.parts, outputs: JSON.stringify(outputs) });
  }

  /** In the function's environment, where there is little room. */
  inEnvironment(): ConfigurationDelivery {
    return inEnvironment(this.parts);
  }

  /** In files of a layer: there is room for any configuration. Its outputs stay in the environment. */
  inFiles(): ConfigurationDelivery {
    return inFiles(this.parts);
  }

  /** Its needs, for the role of the function. */
  get needs(): ConfigurationNeeds {
    const { main, prometheus, location, outputs } = this.parts;
    const documents = [location, main?.text, prometheus?.text];
    return needsOf(
      documents.filter((text) => text !== undefined),
      outputs,
    );
  }

  /**
   * The facts about it, for the cluster of this name or ARN; undefined if unknown.
   *
   * @throws InvalidPropsError with all errors of the configuration
   */
  facts(owner: Owner, cluster: string = SOME_CLUSTER): ConfigurationFacts | undefined {
    const { main, prometheus, location, outputs: given, source } = this.parts;
    const isElsewhere = main === undefined && location !== undefined;
    if (isElsewhere && given === undefined) return undefined;
    const outputs = given && withStandIns(given);
    const standIns = new StandIns();
    const checked = (document: Document | undefined) => {
      const impossible = impossibleValue(document?.text ?? '');
      if (impossible !== undefined) {
        throw new InvalidPropsError(
          owner,
          `${capitalized(source)} cannot be used:\n  ${document?.name}: ${impossible}`,
        );
      }
      return document && { ...document, text: standIns.replace(document.text) };
    };
    const request = {
      main: checked(main),
      prometheus: checked(prometheus),
      // The cluster may be a value of the deployment.
      cluster: standIns.replace(cluster),
      outputs,
    };
    const { facts, problems = [] }: CheckResult = checkConfiguration(request);
    if (facts === undefined) {
      const list = problems.map((problem) => `\n  ${problem}`).join('');
      const hint = holdsStandIn(list)
        ? '\n  where known-at-deployment stands for a value that only the deployment knows: write the value itself, or leave `log_group_name` out and give the collector a `metricsLogGroup`'
        : '';
      throw new InvalidPropsError(owner, `${capitalized(source)} cannot be used:${list}${hint}`);
    }
    // Only its outputs could be checked.
    return isElsewhere ? undefined : restored(facts, standIns);
  }

  /** The metrics that its rules publish; undefined if unknown. */
  published(owner: Owner): PublishedMetrics | undefined {
    const facts = this.facts(owner);
    return facts && new PublishedMetrics(facts, this.parts.source);
  }

  /** The metrics that it sends to CloudWatch over OTLP; undefined if unknown. */
  sent(owner: Owner): SentMetrics | undefined {
    const facts = this.facts(owner);
    return facts && new SentMetrics(facts, this.parts.source);
  }
}

/** Names by which resources are found again. */
function restored(facts: ConfigurationFacts, standIns: StandIns): ConfigurationFacts {
  if (!standIns.isUsed) return facts;
  const restore = (text: string) => standIns.restore(text);
  return {
    ...facts,
    clusters: facts.clusters.map(restore),
    foreignClusters: facts.foreignClusters.map(restore),
    logGroup: restore(facts.logGroup),
    namespaces: facts.namespaces.map(restore),
    logWriters: facts.logWriters.map((role) => role && restore(role)),
  };
}

function capitalized(text: string): string {
  return text.startsWith('the ') ? `T${text.slice(1)}` : text;
}
