import { describe, expect, it } from '@jest/globals';
import { otlpOutput } from '../../../lambda/outputs/otlp/otlp.ts';
import { seriesName } from '../support/exposition.ts';
import { PROMETHEUS_3 } from '../support/places.ts';
import { cycle, MINUTE, REQUESTS_A_MINUTE, startApp } from '../support/prometheus/observed-app.ts';
import { startPrometheus } from '../support/prometheus/prometheus.ts';

const CYCLES = 5;

/** Names as they are sent, and the task's attributes as labels. */
const CONFIG = `
otlp:
  translation_strategy: NoTranslation
  promote_resource_attributes: [aws.ecs.task.id, cloud.region]
`;

const TASK_ARN = 'arn:aws:ecs:eu-central-1:123456789012:task/main/one';

describe('OTLP to Prometheus', () => {
  it('keeps the truth of an application', async () => {
    await using prometheus = await startPrometheus(
      PROMETHEUS_3,
      ['--web.enable-otlp-receiver'],
      CONFIG,
    );
    await using app = await startApp({ TaskId: 'one', TaskArn: TASK_ARN });
    await using other = await startApp({ TaskId: 'two' });
    const output = otlpOutput({ name: 'otlp', url: `${prometheus.url}/api/v1/otlp/v1/metrics` });
    const first = Math.floor(Date.now() / 1000) * 1000 - CYCLES * MINUTE;
    const last = first + (CYCLES - 1) * MINUTE;

    const truth = new Map<string, [number, number][]>();
    for (let at = first; at <= last; at += MINUTE) {
      app.live();
      const report = await cycle(output, [app.target, other.target], at);
      expect(report).toMatchObject({ requests: 1, rejected: {}, errors: [] });
      for (const [series, value] of await app.exposed()) {
        truth.set(series, [...(truth.get(series) ?? []), [at, value]]);
      }
    }

    const selector = `"aws.ecs.task.id"="one","cloud.region"="eu-central-1",job="shop"`;
    const raw = await prometheus.query(`{${selector}}[6m]`, last);
    const stored = new Map(raw.map(({ labels, values }) => [nameOf(labels), values]));
    for (const own of stored.keys()) if (/^(up|scrape_|target_info)/.test(own)) stored.delete(own);
    expect(new Map([...stored].sort())).toEqual(new Map([...truth].sort()));

    const valueAt = async (promql: string) =>
      (await prometheus.query(promql, last)).map(({ values }) => values[0]?.[1]);
    const [rate] = await valueAt(`rate(requests_total{status="200",${selector}}[4m]) * 60`);
    expect(rate).toBeCloseTo(REQUESTS_A_MINUTE, 9);
    const quantile = (q: number) =>
      valueAt(`histogram_quantile(${q}, rate(latency_seconds_bucket{${selector}}[4m]))`);
    expect((await quantile(0.5))[0]).toBeCloseTo(0.1, 12);
    expect((await quantile(0.8))[0]).toBeCloseTo(0.5, 12);
    expect((await quantile(0.9))[0]).toBeCloseTo(1.5, 12);
  });

  it('shows the reason of a receiver that refuses', async () => {
    await using prometheus = await startPrometheus(PROMETHEUS_3, []);
    await using app = await startApp({});
    const output = otlpOutput({ name: 'otlp', url: `${prometheus.url}/api/v1/otlp/v1/metrics` });
    const { errors } = await cycle(output, [app.target], Date.now());
    expect(errors).toEqual([
      `OTLP export to ${prometheus.url}/api/v1/otlp/v1/metrics was refused. HTTP 404: otlp write receiver needs to be enabled with --web.enable-otlp-receiver`,
    ]);
  });
});

/** The series as the application exposes it: without the labels that came on the way. */
function nameOf({ __name__: name = '', ...labels }: Readonly<Record<string, string>>): string {
  const { 'aws.ecs.task.id': id, 'cloud.region': region, job, instance, ...own } = labels;
  return seriesName(name, own);
}
