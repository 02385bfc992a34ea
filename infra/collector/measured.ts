import { type Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { selfMetric } from './metrics.ts';
import type { IShardCycle } from './shards/cycle.ts';

/**
 * A collector's metrics about itself, with one value for each cycle, or for each cycle of a shard. Counts are the Sum
 * of an interval, states and durations its Maximum, over all shards.
 */
export abstract class MeasuredCollector extends Construct {
  /** Name of the function that collects. */
  abstract readonly functionName: string;
  /** Its interval. */
  abstract readonly interval: Duration;
  /** One cycle of all shards; undefined if the targets are not divided. */
  abstract readonly shardCycle: IShardCycle | undefined;

  /** Names of its metrics that the app reads: it publishes these in each cycle. */
  protected readonly readMetrics = new Set<string>();
  /** Whether the reader of metrics takes a missing fault for none. */
  protected readsFaults = false;

  /**
   * One of the collector's metrics about itself, by its name.
   *
   * @default - Sum over 1 minute
   */
  metric(metricName: string, options?: MetricOptions): Metric {
    if (!this.readsFaults) this.readMetrics.add(metricName);
    return selfMetric(this.functionName, metricName, options).attachTo(this);
  }

  /**
   * Metrics for an alarm that takes a missing value for no fault, `TreatMissingData.NOT_BREACHING`. A fault that only such alarms read
   * has values only for cycles in which it occurs, and CloudWatch bills only these hours. Other metrics that nobody else reads have none.
   */
  faults<Read>(read: (collector: this) => Read): Read {
    const before = this.readsFaults;
    this.readsFaults = true;
    try {
      return read(this);
    } finally {
      this.readsFaults = before;
    }
  }

  /** Clusters, pages and tasks that the discovery could not read. */
  metricDiscoveryErrors(options?: MetricOptions): Metric {
    return counted(this, 'DiscoveryErrors', options);
  }

  /** Samples from targets. */
  metricSamplesScraped(options?: MetricOptions): Metric {
    return counted(this, 'SamplesScraped', options);
  }

  /** Samples that became values of metrics. */
  metricSamplesPublished(options?: MetricOptions): Metric {
    return counted(this, 'SamplesPublished', options);
  }

  /** Samples that cannot be values of metrics. */
  metricSamplesRejected(options?: MetricOptions): Metric {
    return counted(this, 'SamplesRejected', options);
  }

  /** Samples that are not published, for one of the reasons in the log. */
  metricSamplesDropped(options?: MetricOptions): Metric {
    return counted(this, 'SamplesDropped', options);
  }

  /** With several outputs: samples that one of the others does not get. */
  metricSamplesDroppedForOthers(options?: MetricOptions): Metric {
    return counted(this, 'SamplesDroppedForOthers', options);
  }

  /** With `metric_budget`: combinations of a name and dimensions that it held back. */
  metricMetricsHeldBack(options?: MetricOptions): Metric {
    return counted(this, 'MetricsHeldBack', options);
  }

  /** Values of metrics that were delivered. */
  metricMetricsPublished(options?: MetricOptions): Metric {
    return counted(this, 'MetricsPublished', options);
  }

  /** Events that an output accepted. */
  metricEventsAccepted(options?: MetricOptions): Metric {
    return counted(this, 'EventsAccepted', options);
  }

  /** Events that an output refused. */
  metricEventsRejected(options?: MetricOptions): Metric {
    return counted(this, 'EventsRejected', options);
  }

  /** Accepted events that will be sent again, because others of their target were not accepted. */
  metricEventsRepeated(options?: MetricOptions): Metric {
    return counted(this, 'EventsRepeated', options);
  }

  /** Bytes of the events that were delivered. */
  metricBytesDelivered(options?: MetricOptions): Metric {
    return counted(this, 'BytesDelivered', options);
  }

  /** Reads of the state. */
  metricStateReads(options?: MetricOptions): Metric {
    return counted(this, 'StateReads', options);
  }

  /** Writes of the state. */
  metricStateWrites(options?: MetricOptions): Metric {
    return counted(this, 'StateWrites', options);
  }

  /** Invocations that overlapped with another one and published an increase twice. */
  metricStateConflicts(options?: MetricOptions): Metric {
    return counted(this, 'StateConflicts', options);
  }

  /** Reads and writes of the state that failed. */
  metricStateFailures(options?: MetricOptions): Metric {
    return counted(this, 'StateFailures', options);
  }

  /** States that could not be understood and were kept under another name. */
  metricStateSetAside(options?: MetricOptions): Metric {
    return counted(this, 'StateSetAside', options);
  }

  /** Invocations that did nothing, since another one was collecting. */
  metricCyclesSkipped(options?: MetricOptions): Metric {
    return counted(this, 'CyclesSkipped', options);
  }

  /** Targets. */
  metricTargetsDiscovered(options?: MetricOptions): Metric {
    return ofAll(this, 'TargetsDiscovered', options);
  }

  /** Targets that answered. */
  metricTargetsUp(options?: MetricOptions): Metric {
    return ofAll(this, 'TargetsUp', options);
  }

  /** Targets that did not answer. Those of stopped tasks do not count. */
  metricTargetsDown(options?: MetricOptions): Metric {
    return ofAll(this, 'TargetsDown', options);
  }

  /** Targets whose task has stopped since it was discovered. */
  metricTargetsStopped(options?: MetricOptions): Metric {
    return ofAll(this, 'TargetsStopped', options);
  }

  /** Configured containers and addresses that cannot be targets: a port without a mapping, a task without an address. */
  metricTargetsUnreachable(options?: MetricOptions): Metric {
    return ofAll(this, 'TargetsUnreachable', options);
  }

  /** With `metric_budget`: combinations of a name and dimensions that count for it. */
  metricMetricsKnown(options?: MetricOptions): Metric {
    return ofAll(this, 'MetricsKnown', options);
  }

  /** Series that the state holds. */
  metricStateSeries(options?: MetricOptions): Metric {
    return ofAll(this, 'StateSeries', options);
  }

  /** Size of the state. */
  metricStateBytes(options?: MetricOptions): Metric {
    return ofAll(this, 'StateBytes', options);
  }

  /** Memory for the lines of targets. */
  metricBytesRemembered(options?: MetricOptions): Metric {
    return ofAll(this, 'BytesRemembered', options);
  }

  /** Duration of a cycle; with shards, of the longest shard. */
  metricCycleDuration(options?: MetricOptions): Metric {
    return worst(this, 'CycleDuration', options);
  }

  /** With shards: duration of the discovery. */
  metricDiscoveryDuration(options?: MetricOptions): Metric {
    return worst(this, 'DiscoveryDuration', options);
  }

  /** 1 if the rules drop all samples of the targets, else 0. */
  metricNothingPublished(options?: MetricOptions): Metric {
    // One shard may have nothing to publish.
    const statistic = this.shardCycle ? Stats.MINIMUM : Stats.MAXIMUM;
    return worst(this, 'NothingPublished', { statistic, ...options });
  }

  /** 1 if a new version of the configuration is invalid and the earlier one stays in use, else 0. */
  metricConfigurationRefused(options?: MetricOptions): Metric {
    return worst(this, 'ConfigurationRefused', options);
  }

  /** Parts of the configuration outside of the function that could not be read. */
  metricConfigurationUnread(options?: MetricOptions): Metric {
    return worst(this, 'ConfigurationUnread', options);
  }

  /** With shards: their number. */
  metricShards(options?: MetricOptions): Metric {
    return worst(this, 'Shards', options);
  }

  /** With shards: those that have not finished a cycle for three. */
  metricShardsLate(options?: MetricOptions): Metric {
    return worst(this, 'ShardsLate', options);
  }
}

/** @default - Sum over an interval */
function counted(collector: MeasuredCollector, name: string, options?: MetricOptions): Metric {
  return collector.metric(name, {
    statistic: Stats.SUM,
    period: collector.interval,
    ...options,
  });
}

/**
 * Each shard reports only its own targets.
 *
 * @default - Maximum over an interval; with shards Sum
 */
function ofAll(collector: MeasuredCollector, name: string, options?: MetricOptions): Metric {
  return collector.metric(name, {
    statistic: collector.shardCycle ? Stats.SUM : Stats.MAXIMUM,
    period: collector.interval,
    ...options,
  });
}

/** @default - Maximum over an interval */
function worst(collector: MeasuredCollector, name: string, options?: MetricOptions): Metric {
  return collector.metric(name, {
    statistic: Stats.MAXIMUM,
    period: collector.interval,
    ...options,
  });
}
