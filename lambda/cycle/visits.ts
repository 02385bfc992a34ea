import { mayBeOfStop } from '../model/targets/scrape-error.ts';
import type { Target } from '../model/targets/target.ts';
import { Turn } from '../model/waiting/turn.ts';
import type { Route } from '../routes/routes.ts';
import type { Visit, VisitOptions } from '../scrape/rounds.ts';
import type { Scrape, Scraper } from '../scrape/scrape.ts';
import type { Deadlines } from './deadlines.ts';
import type { Pipeline, Sent } from './pipeline.ts';

/** Milliseconds of its history that the first request to a target asks for. */
const FIRST_HISTORY_MS = 60_000;

export interface VisitsParts {
  readonly scraper: Pick<Scraper, 'scrape'>;
  readonly pipeline: Pipeline;
  readonly routes: readonly Route[];
  readonly deadlines: Deadlines;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The visits of one cycle's targets: each scrapes a target and sends its samples to all outputs. */
export class Visits {
  /** Targets whose samples are on their way to the outputs, or there. */
  readonly sent: Sent[] = [];
  /** Failed scrapes of targets that may have stopped with their task, which are not sent yet. */
  readonly unclear: Scrape[] = [];
  readonly #parts: VisitsParts;
  readonly #last: Turn;

  constructor(parts: VisitsParts) {
    this.#parts = parts;
    this.#last = new Turn({ until: parts.deadlines.deliveryAt });
  }

  async visit(target: Target, { turn, postponement }: VisitOptions): Promise<Visit> {
    const { scraper, pipeline, deadlines } = this.#parts;
    const since = target.history ? this.#since(target) : undefined;
    const options = { ...pipeline.needs(target), since, turn, postponement };
    const scrape = await scraper.scrape(target, deadlines.scraping, options);
    if (mayBeOfStop(scrape.failure?.reason)) {
      this.unclear.push(scrape);
      return scrape;
    }
    try {
      return (await this.#send(scrape, turn, since)) ? scrape : 'postponed';
    } finally {
      scrape.release?.();
    }
  }

  /** Sends the samples of a failed scrape. */
  async send(scrape: Scrape): Promise<void> {
    await this.#send(scrape, this.#last);
  }

  /** @returns whether it is sent: `false` if the target is postponed */
  async #send(scrape: Scrape, turn: Turn, since?: string): Promise<boolean> {
    const { pipeline, routes } = this.#parts;
    const sent = await pipeline.send(scrape, routes, { turn, last: this.#last }, since);
    if (sent === 'postponed') return false;
    this.sent.push(sent);
    return true;
  }

  /**
   * The beginning of the history to request: the time that all outputs have reached. A first scrape requests the
   * samples since the collector knows of the task, else of the last minute: others may have published older ones.
   */
  #since({ id }: Target): string {
    const { routes, now } = this.#parts;
    const cursors = routes.map((route) => {
      const { cursor, baseline = now() - FIRST_HISTORY_MS } = route.past(id);
      return cursor ?? String(baseline / 1000);
    });
    return cursors.reduce((one, other) => (Number(other) < Number(one) ? other : one));
  }
}
