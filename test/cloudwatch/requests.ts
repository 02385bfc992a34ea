import { gunzipSync } from 'node:zlib';
import type { ReceivedRequest } from '../outputs/push/receiver.ts';
import type { MetricDatum, PutMetricDataRequest } from './stored.ts';

/** The body of a request that a receiver got. */
export function requestOf({ body }: Pick<ReceivedRequest, 'body'>): PutMetricDataRequest {
  return JSON.parse(gunzipSync(body).toString()) as PutMetricDataRequest;
}

/**
 * What the API would not like about a request; empty for a good one. The numbers stand here again, so that a wrong constant is noticed:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 */
export function problemsOf(request: PutMetricDataRequest, now: number): string[] {
  const { Namespace, MetricData, ...others } = request;
  const problems: string[] = [];
  const check = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  check(Object.keys(others).length === 0, `members ${Object.keys(others)}`);
  check(Buffer.byteLength(JSON.stringify(request)) <= 1_000_000, 'more than 1 MB');
  check(/^(?!AWS\/)(?!:)[\x20-\x7e]{1,255}$/.test(Namespace), `namespace ${Namespace}`);
  check(MetricData.length >= 1 && MetricData.length <= 1_000, `${MetricData.length} data`);
  for (const [index, datum] of MetricData.entries()) {
    for (const problem of problemsOfDatum(datum, now)) {
      problems.push(`MetricData.member.${index + 1}: ${problem}`);
    }
  }
  return problems;
}

function problemsOfDatum(datum: MetricDatum, now: number): string[] {
  const { MetricName, Dimensions = [], Timestamp, StorageResolution = 60, Values, Counts } = datum;
  const { StatisticValues } = datum;
  const problems: string[] = [];
  const check = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  check(/^(?=.*\S)[\x20-\x7e]{1,255}$/.test(MetricName), `name ${MetricName}`);
  check(Dimensions.length <= 30, `${Dimensions.length} dimensions`);
  check(
    new Set(Dimensions.map(({ Name }) => Name)).size === Dimensions.length,
    'a dimension twice',
  );
  for (const { Name, Value } of Dimensions) {
    check(/^(?=.*\S)(?!:)[\x20-\x7e]{1,255}$/.test(Name), `dimension name ${Name}`);
    check(/^(?=.*\S)[\x20-\x7e]{1,1024}$/.test(Value), `dimension ${Name} is ${Value}`);
  }
  const age = now / 1_000 - Timestamp;
  check(age <= 14 * 24 * 3_600 && age >= -2 * 3_600, `time ${Timestamp}`);
  check([1, 60].includes(StorageResolution), `resolution ${StorageResolution}`);
  check(Values.length >= 1 && Values.length <= 150, `${Values.length} values`);
  check(new Set(Values).size === Values.length, 'a value twice');
  check(Counts === undefined || Counts.length === Values.length, 'not as many counts as values');
  check(Counts?.every((count) => count > 0) ?? true, `counts ${Counts}`);
  const numbers = [...Values, ...Object.values<number>({ ...StatisticValues })];
  const isFit = (value: number) => typeof value === 'number' && Math.abs(value) <= 2 ** 360;
  check(numbers.every(isFit), `numbers ${numbers}`);
  return problems;
}
