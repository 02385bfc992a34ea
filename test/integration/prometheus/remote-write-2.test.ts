import { describe, expect, it } from '@jest/globals';
import { labelsOf } from '../../../lambda/model/samples/sample.ts';
import type { ProtobufMessage } from '../../../lambda/model/settings/output.ts';
import { remoteWriteOutput } from '../../../lambda/outputs/remote-write/remote-write.ts';
import { target } from '../../series/samples.ts';
import { listen } from '../support/http.ts';
import { PROMETHEUS, PROMETHEUS_3 } from '../support/places.ts';
import { cycle, MINUTE } from '../support/prometheus/observed-app.ts';
import { startPrometheus } from '../support/prometheus/prometheus.ts';

const VERSION_2: ProtobufMessage = 'io.prometheus.write.v2.Request';
const RECEIVER = '--web.enable-remote-write-receiver';

/** What the receiver needs to keep exemplars, and the time at which a counter began as a sample of its own. */
const FEATURES =
  '--enable-feature=exemplar-storage,created-timestamp-zero-ingestion,type-and-unit-labels';

describe('remote write 2.0 to Prometheus 3', () => {
  it('gives it the types, units, times of beginning, exemplars and samples of a page', async () => {
    await using prometheus = await startPrometheus(PROMETHEUS_3, [RECEIVER, FEATURES]);
    const now = Math.floor(Date.now() / 1000) * 1000;
    const began = now - 2 * MINUTE;
    await using app = await pageOf(`# TYPE requests counter
# HELP requests What was asked.
requests_total{route="/"} 7 # {trace_id="abc"} 0.25 ${now / 1000 - 30}
requests_created{route="/"} ${began / 1000}
# TYPE latency_seconds histogram
# UNIT latency_seconds seconds
latency_seconds_bucket{le="0.5"} 2 # {trace_id="def"} 0.4
latency_seconds_bucket{le="+Inf"} 3
latency_seconds_sum 1.5
latency_seconds_count 3
# EOF
`);
    const output = remoteWriteOutput({
      name: 'remote-write',
      url: `${prometheus.url}/api/v1/write`,
      protobufMessage: VERSION_2,
      sendExemplars: true,
    });
    const report = await cycle(output, [app.target], now);
    expect(report).toMatchObject({ requests: 1, rejected: {}, errors: [] });

    const [requests] = await prometheus.query('requests_total[5m]', now);
    expect(requests).toEqual({
      labels: {
        __name__: 'requests_total',
        __type__: 'counter',
        job: 'app',
        route: '/',
      },
      // Where it began it was zero, which nobody scraped.
      values: [
        [began, 0],
        [now, 7],
      ],
    });
    const buckets = await prometheus.query('latency_seconds_bucket', now);
    expect(
      buckets.map(({ labels: { le, __type__, __unit__ } }) => [le, __type__, __unit__]),
    ).toEqual(
      expect.arrayContaining([
        ['0.5', 'histogram', 'seconds'],
        ['+Inf', 'histogram', 'seconds'],
      ]),
    );
    expect(await exemplarsOf(prometheus.url, now)).toEqual({
      requests_total: [{ labels: { trace_id: 'abc' }, value: '0.25', timestamp: now / 1000 - 30 }],
      latency_seconds_bucket: [
        { labels: { trace_id: 'def' }, value: '0.4', timestamp: now / 1000 },
      ],
    });
  });

  it('counts what it does not write of a request, and keeps the others', async () => {
    await using prometheus = await startPrometheus(PROMETHEUS_3, [RECEIVER]);
    const now = Math.floor(Date.now() / 1000) * 1000;
    await using app = await pageOf(`# TYPE old gauge\nold 1\n# TYPE fresh gauge\nfresh 1\n# EOF\n`);
    await using late = await pageOf(
      `# TYPE old gauge\nold 0 ${now / 1000 - 60}\n# TYPE new gauge\nnew 2\n# EOF\n`,
    );
    const output = remoteWriteOutput({
      name: 'remote-write',
      url: `${prometheus.url}/api/v1/write`,
      protobufMessage: VERSION_2,
    });
    await cycle(output, [app.target], now);
    const report = await cycle(output, [{ ...late.target, id: 'late' }], now + 1_000);
    expect(report.rejected).toEqual({ refused: 1 });
    expect(report.errors).toEqual([
      expect.stringMatching(
        / wrote \d+ of \d+ samples\. Remote write to .* HTTP 400: out of order/,
      ),
    ]);
    const [written] = await prometheus.query('new', now + 1_000);
    expect(written?.values).toEqual([[now + 1_000, 2]]);
  });
});

describe('remote write 2.0 to Prometheus 2, which takes 1.0 only', () => {
  it('falls back, and loses no sample', async () => {
    await using prometheus = await startPrometheus(PROMETHEUS, [RECEIVER]);
    const now = Math.floor(Date.now() / 1000) * 1000;
    await using app = await pageOf(`# TYPE requests counter\nrequests_total 7\n# EOF\n`);
    const output = remoteWriteOutput({
      name: 'remote-write',
      url: `${prometheus.url}/api/v1/write`,
      protobufMessage: VERSION_2,
    });
    const first = await cycle(output, [app.target], now);
    expect(first).toMatchObject({ requests: 2, rejected: {}, errors: [] });
    const second = await cycle(output, [app.target], now + 1_000);
    expect(second).toMatchObject({ requests: 1, rejected: {}, errors: [] });
    const [requests] = await prometheus.query('requests_total[5m]', now + 1_000);
    expect(requests?.values).toEqual([
      [now, 7],
      [now + 1_000, 7],
    ]);
  });
});

/** A target that has always the same to say, in OpenMetrics; ends with `await using`. */
async function pageOf(page: string) {
  const server = await listen((_, response) => {
    response.setHeader('content-type', 'application/openmetrics-text; version=1.0.0').end(page);
  });
  return {
    target: target({ url: `${server.url}/metrics`, labels: labelsOf({ job: 'app' }) }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

interface Exemplars {
  readonly data: readonly {
    readonly seriesLabels: { readonly __name__: string };
    readonly exemplars: readonly object[];
  }[];
}

async function exemplarsOf(url: string, now: number) {
  const query = new URLSearchParams({
    query: '{job="app"}',
    start: String(now / 1000 - 300),
    end: String(now / 1000 + 300),
  });
  const response = await fetch(`${url}/api/v1/query_exemplars?${query}`);
  const { data } = (await response.json()) as Exemplars;
  return Object.fromEntries(
    data.map(({ seriesLabels: { __name__ }, exemplars }) => [__name__, exemplars]),
  );
}
