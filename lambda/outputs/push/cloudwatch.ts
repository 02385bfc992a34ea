/** CloudWatch's service name in signatures. */
export const CLOUDWATCH_SERVICE = 'monitoring';

/** The permission for writing metrics, by PutMetricData and over OTLP. */
export const CLOUDWATCH_PERMISSION = 'cloudwatch:PutMetricData';

/** CloudWatch's endpoint in a Region. https://docs.aws.amazon.com/general/latest/gr/cw_region.html */
export function cloudWatchOrigin(region: string): string {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://monitoring.${region}.${domain}`;
}
