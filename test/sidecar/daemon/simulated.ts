import { historyPage, latestPage, type PageSource } from '../../../sidecar/catalogue/page.ts';
import { recordPoll } from '../../../sidecar/catalogue/recording.ts';
import type { JsonObject } from '../../../sidecar/documents/json.ts';
import { writeOpenMetrics } from '../../../sidecar/exposition/open-metrics.ts';
import { writeText } from '../../../sidecar/exposition/text.ts';
import { MAX_CONTAINERS, MAX_TASKS } from '../../../sidecar/figures/followed-tasks.ts';
import { boundsOfInstance } from '../../../sidecar/history/bounds.ts';
import { History } from '../../../sidecar/history/history.ts';
import type { Answer, Endpoint } from '../../../sidecar/sampling/endpoint.ts';
import { startSampler } from '../../../sidecar/sampling/sampler.ts';
import type { ScopeSetting } from '../../../sidecar/sampling/scope.ts';
import { START } from '../sample-documents.ts';
import type { SampleInstance } from '../sample-instance.ts';
import { createClock } from '../sampling/clock.ts';

/** Milliseconds from poll to poll. */
const PAUSE_MS = 9_500;

const FAILED = { ok: false, code: '500', reason: 'HTTP 500: not supported' } as const;

/** A page of the history, as a client has it. */
export interface ClientPage {
  readonly text: string;
  readonly until: number;
  readonly more: boolean;
  readonly take: () => void;
}

/** A daemon without its process: an endpoint that gives documents, and a clock that moves when a poll is wanted. */
export function startDaemon(
  first: Pick<SampleInstance, 'tasks' | 'stats'>,
  scope: ScopeSetting = 'instance',
) {
  const clock = createClock(START * 1000);
  const served = {
    documents: first,
    /** Whether the arrays can be read. */
    allowed: true,
    /** Whether the documents of the own task can be. */
    answers: true,
  };
  const answer = (document: JsonObject | undefined): Answer => ({ ok: true, text: '', document });
  const endpoint: Endpoint = {
    async read(path) {
      if (!served.answers) return FAILED;
      return answer(path === '/task' ? served.documents.tasks[0] : served.documents.stats[0]);
    },
    async readEach(path, take) {
      if (!served.allowed) return FAILED;
      for (const each of served.documents[path === '/tasks' ? 'tasks' : 'stats']) take(each);
      return { ok: true };
    },
    traffic: () => ({ requests: [], durations: [] }),
  };
  const messages: string[] = [];
  const history = new History(clock.now(), boundsOfInstance(MAX_TASKS, MAX_CONTAINERS));
  const sampler = startSampler({
    endpoint,
    clock,
    scope,
    record: (poll) =>
      recordPoll(history, poll, sampler.ofInstance ? 'instance' : 'task', clock.now()),
    log: (message) => messages.push(message),
  });
  const source = (): PageSource => ({
    known: sampler.known(),
    ended: sampler.ended(),
    scope: sampler.ofInstance ? 'instance' : 'task',
    history,
    traffic: endpoint.traffic(),
    losses: { connections: new Map(), points: history.lost, elements: sampler.skipped },
    now: clock.now(),
  });
  return {
    history,
    messages,
    sampler,
    served,
    /** Lets the next poll see these documents. */
    async poll(documents: Pick<SampleInstance, 'tasks' | 'stats'>): Promise<void> {
      served.documents = documents;
      await clock.advance(PAUSE_MS);
    },
    advance: (milliseconds: number) => clock.advance(milliseconds),
    latest: () => [...writeText(latestPage(source()))].join(''),
    since(since: number): ClientPage {
      const page = source();
      const excerpt = history.excerpt({ recorded: since, before: Number.POSITIVE_INFINITY });
      const text = [...writeOpenMetrics(historyPage(page, excerpt))].join('');
      return {
        text,
        until: excerpt.until.recorded,
        more: excerpt.more,
        take: () => excerpt.take(),
      };
    },
  };
}
