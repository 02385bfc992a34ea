/**
 * A web application of the demo, instrumented with prom-client as any Node.js service is: `node app.ts HOST PORT SHARE`.
 * It serves a few requests a second to itself, each of which costs CPU, so that it burns about the given share of one CPU.
 * Ends with its parent.
 */
import { createServer } from 'node:http';
import { Counter, collectDefaultMetrics, Histogram, register, Summary } from 'prom-client';

const PERIOD_MS = 100;

/** Every tenth request fails, so that the counter has two series. */
const FAILURE_EVERY = 10;

const [host, port, share] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

collectDefaultMetrics();
const requests = new Counter({
  name: 'http_requests_total',
  help: 'Requests served, by status.',
  labelNames: ['status'],
});
const durations = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Time to serve a request.',
});
const sizes = new Summary({
  name: 'http_response_size_bytes',
  help: 'Sizes of responses.',
  percentiles: [0.5, 0.9],
});

let served = 0;

function serveOne(): void {
  const began = performance.now();
  while (performance.now() < began + PERIOD_MS * share);
  served++;
  requests.inc({ status: served % FAILURE_EVERY === 0 ? '500' : '200' });
  durations.observe((performance.now() - began) / 1000);
  sizes.observe(500 + (served % 50) * 10);
}

setInterval(serveOne, PERIOD_MS);
createServer((_request, response) => {
  register.metrics().then(
    (text) => response.setHeader('content-type', register.contentType).end(text),
    (error) => response.writeHead(500).end(String(error)),
  );
}).listen(port, host, () => process.send?.('ready'));
process.on('disconnect', () => process.exit(0));
