import { ENV } from '../lambda/model/names.ts';
import { type ConfigurationNeeds, needsOf } from './configuration-needs.ts';

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

  /**
   * A native configuration, or one of the CloudWatch Agent, that is kept elsewhere and read again in each cycle.
   *
   * @param location `s3://BUCKET/KEY`, or `ssm:NAME` for a parameter of Systems Manager
   * @param text what lies there, by which the permissions of the function are chosen. @default - it needs no more than the built-in one
   */
  static remote(location: string, text = ''): CollectorConfiguration {
    return new CollectorConfiguration({ [ENV.config]: location }, [text]);
  }

  readonly environment: Readonly<Record<string, string>>;

  /** What the configuration asks of AWS, for the role of the function. */
  readonly needs: ConfigurationNeeds;

  private constructor(
    environment: Readonly<Record<string, string>>,
    elsewhere: readonly string[] = [],
  ) {
    this.environment = environment;
    this.needs = needsOf([...Object.values(environment), ...elsewhere]);
  }
}
