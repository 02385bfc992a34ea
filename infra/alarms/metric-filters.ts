import { Unit } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { DEFAULT_NAMESPACE } from '../../lambda/model/settings/names.ts';
import { InvalidPropsError } from '../props/errors.ts';

/** Most dimensions. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html */
const MAX_DIMENSIONS = 3;

/** Filters of a log group. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const MAX_FILTERS = 100;

/** A field that a filter pattern can name without quotes, as it can all names of Prometheus. */
const FIELD = /^[A-Za-z_]\w*$/;

/** A series in the log events that becomes a metric. */
export interface FilteredMetric {
  /** Name of the series in the events, and of the metric. */
  readonly name: string;

  /**
   * Labels that become dimensions, at most three. An event that lacks one gives no value.
   *
   * @default - none: all events give values of one metric
   */
  readonly dimensions?: readonly string[];

  /**
   * @default Unit.NONE
   */
  readonly unit?: Unit;
}

export interface MetricFiltersProps {
  /** The group of plain log events: those of a configuration without `metric_declaration`. */
  readonly logGroup: ILogGroup;

  readonly metrics: readonly FilteredMetric[];

  /**
   * @default 'Fargauge'
   */
  readonly namespace?: string;
}

/**
 * Metrics of plain log events, chosen by the account of the events instead of the collector's rules. An event with
 * several values of a series, such as those of a sidecar's history, has no value for a filter.
 *
 * @example
 * new MetricFilters(this, 'Filters', {
 *   logGroup: LogGroup.fromLogGroupName(this, 'Events', '/shop/events'),
 *   metrics: [{ name: 'node_load1', dimensions: ['instance'] }],
 * });
 */
export class MetricFilters extends Construct {
  constructor(scope: Construct, id: string, props: MetricFiltersProps) {
    super(scope, id);
    this.checkMetrics(props.metrics);
    for (const { name, dimensions = [], unit = Unit.NONE } of props.metrics) {
      new MetricFilter(this, name, {
        logGroup: props.logGroup,
        filterPattern: FilterPattern.literal(`{ $.${name} = * }`),
        metricNamespace: props.namespace ?? DEFAULT_NAMESPACE,
        metricName: name,
        metricValue: `$.${name}`,
        unit,
        ...(dimensions.length > 0 && {
          dimensions: Object.fromEntries(dimensions.map((label) => [label, `$.${label}`])),
        }),
      });
    }
  }

  private checkMetrics(metrics: readonly FilteredMetric[]): void {
    if (metrics.length === 0 || metrics.length > MAX_FILTERS) {
      throw new InvalidPropsError(
        this,
        `Expected 1 to ${MAX_FILTERS} \`metrics\`, the most that a log group can have, got ${metrics.length}`,
      );
    }
    const names = new Set<string>();
    for (const { name, dimensions = [] } of metrics) {
      const wrong = [name, ...dimensions].find((field) => !FIELD.test(field));
      if (wrong !== undefined) {
        throw new InvalidPropsError(
          this,
          `Expected names of letters, digits and _, as a filter pattern can have them, got "${wrong}"`,
        );
      }
      if (names.has(name)) {
        throw new InvalidPropsError(this, `Expected each of \`metrics\` once, got ${name} twice`);
      }
      names.add(name);
      if (dimensions.length > MAX_DIMENSIONS) {
        throw new InvalidPropsError(
          this,
          `Expected at most ${MAX_DIMENSIONS} \`dimensions\` of ${name}, got ${dimensions.length}`,
        );
      }
    }
  }
}
