import { ConcreteWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Aws } from 'aws-cdk-lib/core';

/** One query of a chart. */
export interface PromQLSeries {
  readonly query: string;

  /**
   * Name of the line.
   *
   * @default - the labels of each series
   */
  readonly label?: string;
}

export interface PromQLWidgetProps {
  readonly title: string;

  /** Unit of the y-axis. */
  readonly unit: string;

  readonly series: readonly PromQLSeries[];

  /** Columns, of 24. */
  readonly width: number;

  /** @default 6 */
  readonly height?: number;
}

/**
 * Lines of PromQL queries on the metrics that CloudWatch got over OTLP: a widget of the type `chart`, for which the CDK
 * has no class.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export class PromQLWidget extends ConcreteWidget {
  private readonly props: PromQLWidgetProps;

  constructor(props: PromQLWidgetProps) {
    super(props.width, props.height ?? 6);
    this.props = props;
  }

  toJson(): object[] {
    const { title, unit, series } = this.props;
    return [
      {
        type: 'chart',
        x: this.x,
        y: this.y,
        width: this.width,
        height: this.height,
        properties: {
          title,
          view: 'line',
          region: Aws.REGION,
          data: { queries: series.map(queryOf) },
          plotOptions: {
            legend: { position: 'bottom', show: true },
            xAxis: { type: 'datetime' },
            yAxis: [{ type: 'linear', title: unit }],
          },
        },
      },
    ];
  }
}

function queryOf({ query, label }: PromQLSeries, index: number): object {
  return {
    id: `q${index + 1}`,
    type: 'cloudwatch-metrics',
    language: 'PromQL',
    query,
    ...(label !== undefined && { label }),
  };
}
