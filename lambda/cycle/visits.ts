import { mayBeOfStop } from '../model/targets/scrape-error.ts';
import type { Target } from '../model/targets/target.ts';
import { Turn } from '../model/waiting/turn.ts';
import type { Route } from '../routes/routes.ts';
import type { Visit, VisitOptions } from '../scrape/rounds.ts';
import type { Scrape, Scraper } from '../scrape/scrape.ts';
import type { Deadlines } from './deadlines.ts';
import type { Pipeline, Sent } from './pipeline.ts';

/** Milliseconds of its history that a target is asked for of which nothing is known. */
const FIRST_HISTORY_MS = 60_000;

export interface VisitsParts {
  readonly scraper: Pick<Scraper, 'scrape'>;
  readonly pipeline: Pipeline;
  readonly routes: readonly Route[];
  readonly deadlines: Deadlines;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The visits of one cycle's targets: a target is scraped, and what it has is sent to all outputs. */
export class Visits {
  /** Targets on their way to the outputs, or there. */
  readonly sent: Sent[] = [];
  /** Failed scrapes of targets that may have stopped with their task. Nothing of them is sent yet. */
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

  /** Sends what there is of a failed scrape. */
  async send(scrape: Scrape): Promise<void> {
    await this.#send(scrape, this.#last);
  }

  /** @returns whether it is sent: `false` where the target comes after the others */
  async #send(scrape: Scrape, turn: Turn, since?: string): Promise<boolean> {
    const { pipeline, routes } = this.#parts;
    const sent = await pipeline.send(scrape, routes, { turn, last: this.#last }, since);
    if (sent === 'postponed') return false;
    this.sent.push(sent);
    return true;
  }

  /**
   * Since when a target is to tell what it sampled: what all outputs have. A first scrape asks for what was sampled since the
   * collector knows of its task, else for the last minute: others may have published what is older.
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
