/** CloudWatch, as signatures name it. */
export const CLOUDWATCH_SERVICE = 'monitoring';

/** What a role needs to write metrics, by PutMetricData and over OTLP. */
export const CLOUDWATCH_PERMISSION = 'cloudwatch:PutMetricData';

/** Where CloudWatch is in a Region. https://docs.aws.amazon.com/general/latest/gr/cw_region.html */
export function cloudWatchOrigin(region: string): string {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://monitoring.${region}.${domain}`;
}
