import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startAws } from '../../../cli/demo/aws/server.ts';
import { answerParent } from '../answer-parent.ts';
import { WORKLOADS } from './workloads.ts';

/** What was delivered is forgotten this often, so that the stand-in's memory leaves the machine to the collector. */
const CLEARING_INTERVAL_MS = 500;

/** All that the collector talks to. */
export interface Surroundings {
  /** Of the stand-in for the AWS APIs. */
  readonly endpoint: string;
  readonly region: string;
  /** Takes whatever is posted to it. */
  readonly receiver: string;
  /** The collector's environment variables. */
  readonly env: Readonly<Record<string, string>>;
}

answerParent(async (workload: keyof typeof WORKLOADS): Promise<Surroundings> => {
  const aws = await startAws();
  setInterval(() => aws.logs.clear(), CLEARING_INTERVAL_MS);
  const env = await WORKLOADS[workload].start(aws);
  return { endpoint: aws.url, region: aws.region, receiver: await startReceiver(), env };
});

/** @returns its URL */
async function startReceiver(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(200).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
