import { type ReadField, readFields } from '../../lambda/outputs/wire/protobuf-reader.ts';

/** Fields of `ExportMetricsServiceRequest` and its parts. */
const RESOURCE_METRICS = 1;
const RESOURCE = 1;
const SCOPE_METRICS = 2;
const METRICS = 2;
const NAME = 1;
const DATA: readonly number[] = [5, 7, 9, 11];
const POINTS = 1;

/** Data points, and the bytes that CloudWatch bills for them. */
export interface PointCount {
  readonly points: number;
  readonly bytes: number;
}

/**
 * Counts the data points of an OTLP request as CloudWatch bills them: each with the name of its metric and all attributes of its
 * resource. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/metrics-otel-pricing.html
 *
 * @throws RangeError if the bytes are not a request
 */
export function pointsIn(request: Uint8Array): PointCount {
  let points = 0;
  let bytes = 0;
  for (const ofResource of messagesIn(readFields(request), RESOURCE_METRICS)) {
    const fields = readFields(ofResource);
    const resource = sizeOf(messagesIn(fields, RESOURCE));
    for (const scope of messagesIn(fields, SCOPE_METRICS)) {
      for (const metric of messagesIn(readFields(scope), METRICS)) {
        const parts = readFields(metric);
        const name = sizeOf(messagesIn(parts, NAME));
        const data = DATA.flatMap((field) => messagesIn(parts, field)).flatMap((each) =>
          messagesIn(readFields(each), POINTS),
        );
        points += data.length;
        bytes += sizeOf(data) + data.length * (name + resource);
      }
    }
  }
  return { points, bytes };
}

function messagesIn(fields: readonly ReadField[], number: number): Uint8Array[] {
  return fields.flatMap(({ field, value }) =>
    field === number && value instanceof Uint8Array ? [value] : [],
  );
}

function sizeOf(messages: readonly Uint8Array[]): number {
  return messages.reduce((sum, { length }) => sum + length, 0);
}
