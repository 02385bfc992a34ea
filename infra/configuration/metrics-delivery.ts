import type { OutputInput } from './configuration.ts';

/** How the metrics of the rules get into CloudWatch. docs/outputs.md compares both ways. */
export class MetricsDelivery {
  /** In log events: Logs Insights finds the task behind a value, and CloudWatch bills the bytes. */
  static readonly LOGS = new MetricsDelivery('logs', [{ type: 'cloudwatch-logs' }]);

  /** With PutMetricData: the same metrics, and no log events. */
  static readonly METRICS = new MetricsDelivery('metrics', [{ type: 'cloudwatch_metrics' }]);

  /** Both ways, so that Sum and SampleCount are twice as high as they should be: only to change over. The synthesis warns. */
  static readonly BOTH = new MetricsDelivery('both', [
    { type: 'cloudwatch-logs' },
    { type: 'cloudwatch_metrics' },
  ]);

  readonly name: 'logs' | 'metrics' | 'both';
  readonly outputs: readonly OutputInput[];

  private constructor(name: MetricsDelivery['name'], outputs: readonly OutputInput[]) {
    this.name = name;
    this.outputs = outputs;
  }
}
