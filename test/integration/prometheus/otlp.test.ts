import { describe, expect, it } from '@jest/globals';
import { otlpOutput } from '../../../lambda/outputs/otlp/otlp.ts';
import { PROMETHEUS_3 } from '../support/places.ts';
import { cycle, startApp } from '../support/prometheus/observed-app.ts';
import { startPrometheus } from '../support/prometheus/prometheus.ts';
import { collectTruth, expectTruth } from '../support/prometheus/truth.ts';

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
    const truth = await collectTruth(output, app, [other]);
    const selector = `"aws.ecs.task.id"="one","cloud.region"="eu-central-1",job="shop"`;
    await expectTruth(prometheus, truth, selector, ['aws.ecs.task.id', 'cloud.region']);
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
