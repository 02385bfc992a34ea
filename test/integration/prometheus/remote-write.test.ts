import { describe, expect, it } from '@jest/globals';
import { Drops } from '../../../lambda/model/samples/drops.ts';
import { systemRuntime } from '../../../lambda/outputs/push/runtime.ts';
import { remoteWriteOutput } from '../../../lambda/outputs/remote-write/remote-write.ts';
import { series, target } from '../../series/samples.ts';
import { PROMETHEUS } from '../support/places.ts';
import { cycle, MINUTE, startApp } from '../support/prometheus/observed-app.ts';
import { startPrometheus } from '../support/prometheus/prometheus.ts';
import { collectTruth, expectTruth } from '../support/prometheus/truth.ts';

describe('remote write to Prometheus', () => {
  it('keeps the truth of an application, and of what has stopped', async () => {
    await using prometheus = await startPrometheus(PROMETHEUS, [
      '--web.enable-remote-write-receiver',
    ]);
    await using app = await startApp({ TaskId: 'one', Zone: 'a' });
    await using other = await startApp({ TaskId: 'two' });
    let now = 0;
    const output = remoteWriteOutput(
      {
        name: 'remote-write',
        url: `${prometheus.url}/api/v1/write`,
        externalLabels: { monitor: 'fargauge' },
      },
      { ...systemRuntime, now: () => now },
    );
    const truth = await collectTruth(output, app, [other]);
    const selector = `TaskId="one",Zone="a",monitor="fargauge",job="shop"`;
    await expectTruth(prometheus, truth, selector, ['TaskId', 'Zone', 'monitor']);

    const valueAt = async (promql: string, at: number) =>
      (await prometheus.query(promql, at)).map(({ values }) => values[0]?.[1]);
    const next = truth.last + MINUTE;
    now = next;
    expect(await valueAt('sum(up)', next)).toEqual([2]);
    await cycle(output, [app.target], next);
    expect(await valueAt('sum(up)', next)).toEqual([1]);
    expect(await prometheus.query('{TaskId="two"}', next)).toEqual([]);
  });

  it('is read where a request repeats what is far back in it', async () => {
    await using prometheus = await startPrometheus(PROMETHEUS, [
      '--web.enable-remote-write-receiver',
    ]);
    const output = remoteWriteOutput({
      name: 'remote-write',
      url: `${prometheus.url}/api/v1/write`,
    });
    // Labels that come again after 64 KiB, and runs of them that come again at once.
    const text = 'a label that is long enough '.repeat(10);
    const samples = Array.from({ length: 2_000 }, (_, index) => ({
      series: series('far', {
        labels: { id: String(index), late: `${index % 500} ${text}`, text },
      }),
      value: index,
    }));
    const now = Math.floor(Date.now() / 1000) * 1000;
    const delivery = output.open(AbortSignal.timeout(30_000));
    const written = delivery.write({ target: target(), startedAt: now, samples }, new Drops());
    const report = await delivery.close();
    expect(report).toMatchObject({ metrics: 2_000, errors: [] });
    expect((await written).accepted).toBe(2_000);

    const stored = await prometheus.query('far', now);
    const read = stored.map(({ labels: { id, late, text: same }, values }) => [
      Number(id),
      late,
      same,
      values[0]?.[1],
    ]);
    expect(read.sort(([a], [b]) => Number(a) - Number(b))).toEqual(
      samples.map(({ series: { labels }, value }) => [value, labels.late, text, value]),
    );
  });

  it('shows the reason of a receiver that refuses', async () => {
    await using prometheus = await startPrometheus(PROMETHEUS, [
      '--web.enable-remote-write-receiver',
    ]);
    await using app = await startApp({});
    const output = remoteWriteOutput({
      name: 'remote-write',
      url: `${prometheus.url}/api/v1/write`,
    });
    const now = Date.now();
    await cycle(output, [app.target], now);
    const report = await cycle(output, [app.target], now - MINUTE);
    expect(report.rejected.refused).toBeGreaterThan(0);
    expect(report.errors).toEqual([
      expect.stringMatching(
        /^Remote write to http:\S+\/api\/v1\/write was refused\. HTTP 400: .*out of order/,
      ),
    ]);
  });

  it('says that there is no receiver', async () => {
    await using prometheus = await startPrometheus(PROMETHEUS, []);
    await using app = await startApp({});
    const output = remoteWriteOutput({
      name: 'remote-write',
      url: `${prometheus.url}/api/v1/write`,
    });
    const { errors } = await cycle(output, [app.target], Date.now());
    expect(errors).toEqual([
      `Remote write to ${prometheus.url}/api/v1/write was refused. HTTP 404: remote write receiver needs to be enabled with --enable-feature=remote-write-receiver`,
    ]);
  });

  it('of what is gone when another environment takes a shard, Prometheus shows the last value for five minutes and no longer', async () => {
    await using prometheus = await startPrometheus(PROMETHEUS, [
      '--web.enable-remote-write-receiver',
    ]);
    await using app = await startApp({ TaskId: 'one' });
    await using gone = await startApp({ TaskId: 'two' });
    let now = 0;
    const environment = () =>
      remoteWriteOutput(
        { name: 'remote-write', url: `${prometheus.url}/api/v1/write` },
        { ...systemRuntime, now: () => now },
      );
    const [one, other] = [environment(), environment()];
    const upAt = async (at: number) =>
      (await prometheus.query('up', at)).map(({ labels }) => labels.TaskId).sort();

    const last = Math.floor(Date.now() / 1000) * 1000 - 10 * MINUTE;
    now = last;
    await cycle(one, [app.target, gone.target], last);
    // What it never sent it does not mark.
    for (let minute = 1; minute <= 6; minute++) {
      now = last + minute * MINUTE;
      await cycle(other, [app.target], now);
    }
    expect(await upAt(last + MINUTE)).toEqual(['one', 'two']);
    expect(await upAt(last + 5 * MINUTE - 1_000)).toEqual(['one', 'two']);
    expect(await upAt(last + 5 * MINUTE + 1_000)).toEqual(['one']);
    // Neither is it marked twice, nor anything that there still is, once the first one has the shard again.
    now = last + 7 * MINUTE;
    expect(await cycle(one, [app.target], now)).toMatchObject({ rejected: {}, errors: [] });
    expect(await upAt(now)).toEqual(['one']);
  });
});
