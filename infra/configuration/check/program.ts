/** The program of the thread that `check.ts` asks: it answers a `CheckRequest` with a `CheckResult`. */
import { workerData } from 'node:worker_threads';
import type { Line, Reply } from './answering-thread.ts';
import type { CheckRequest, CheckResult } from './check.ts';

const { port, answered }: Line = workerData;

port.on('message', async (request: CheckRequest) => {
  port.postMessage(await replyTo(request));
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
});

async function replyTo(request: CheckRequest): Promise<Reply<CheckResult>> {
  try {
    // Here, so that a module which cannot be loaded is a failure too: who waits hears of no event.
    const { check } = await import('./checker.ts');
    return { answer: await check(request) };
  } catch (error) {
    return { failure: String((error as Error).stack) };
  }
}
