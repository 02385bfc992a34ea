import { ENV } from '../lambda/model/names.ts';

/**
 * What the collector collects and publishes, handed over in environment variables.
 *
 * @example
 * CollectorConfiguration.native(readFileSync('fargauge.yaml', 'utf8'));
 */
export class CollectorConfiguration {
  /** Every sidecar of the cluster, and the small default set of task and container metrics. */
  static builtIn(): CollectorConfiguration {
    return new CollectorConfiguration({});
  }

  /** The text of a native configuration, YAML or JSON. */
  static native(text: string): CollectorConfiguration {
    return new CollectorConfiguration({ [ENV.config]: text });
  }

  /** The CloudWatch Agent's JSON and the Prometheus YAML that goes with it, unchanged. */
  static cloudWatchAgent(agentJson: string, prometheusYaml: string): CollectorConfiguration {
    return new CollectorConfiguration({
      CW_CONFIG_CONTENT: agentJson,
      PROMETHEUS_CONFIG_CONTENT: prometheusYaml,
    });
  }

  readonly environment: Readonly<Record<string, string>>;

  private constructor(environment: Readonly<Record<string, string>>) {
    this.environment = environment;
  }
}
