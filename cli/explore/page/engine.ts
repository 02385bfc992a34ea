import type { Answer, Engine, Question } from '../engine/protocol.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The engine in a worker of its own, so that typing stays smooth. */
export function startEngine(): Engine {
  const worker = new Worker('engine.js', { type: 'module' });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    const { resolve, reject } = waiting.get(data.id) ?? {};
    waiting.delete(data.id);
    if ('error' in data) reject?.(new Error(data.error));
    else resolve?.(data.value);
  });
  worker.addEventListener('error', ({ message }) => {
    for (const { reject } of waiting.values()) reject(new Error(`the engine failed: ${message}`));
    waiting.clear();
  });
  const ask = (method: keyof Engine, args: readonly unknown[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    last += 1;
    waiting.set(last, { resolve, reject });
    const question: Question = { id: last, method, args };
    worker.postMessage(question);
    return promise;
  };
  return new Proxy({} as Engine, {
    get:
      (_, method: keyof Engine) =>
      (...args: unknown[]) =>
        ask(method, args),
  });
}
