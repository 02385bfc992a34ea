import { threadId, workerData } from 'node:worker_threads';
import type { Line } from '../../../../../infra/configuration/check/answering-thread.ts';

const { port, answered }: Line = workerData;

/** Answers with the question and the thread, fails where that is asked for, and is silent where that is. */
port.on('message', (question: string) => {
  if (question === 'silence') return;
  const answer = { question, threadId };
  port.postMessage(question === 'failure' ? { failure: 'as asked for' } : { answer });
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
});
