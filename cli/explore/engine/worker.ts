// First of all, before any module makes a schema.
import './without-eval.ts';
import { parseRecording } from '../../recording/parse.ts';
import { Exploration } from './exploration.ts';
import type { Answer, Engine, Question } from './protocol.ts';

/** The entry of the page's worker: it answers the questions of the page, one after the other. */

/** The used part of a worker's global object. */
interface WorkerScope {
  postMessage(answer: Answer): void;
  addEventListener(type: 'message', listener: (event: { readonly data: Question }) => void): void;
}

const scope = globalThis as unknown as WorkerScope;

let exploration: Exploration | undefined;

const engine: Engine = {
  async open(text) {
    exploration = new Exploration(parseRecording('recording', text));
    return exploration.opened;
  },
  evaluate: (rules) => current().evaluate(rules),
  list: async (family, words) => current().list(family, words),
  families: async (words) => current().families(words),
  edited: async (id) => current().edited(id),
  alarm: async () => current().alarm,
  explain: async (id) => current().explain(id),
};

function current(): Exploration {
  if (exploration === undefined) throw new Error('there is no recording yet');
  return exploration;
}

scope.addEventListener('message', async ({ data: { id, method, args } }) => {
  try {
    const value = await (engine[method] as (...args: unknown[]) => Promise<unknown>)(...args);
    scope.postMessage({ id, value });
  } catch (error) {
    scope.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
