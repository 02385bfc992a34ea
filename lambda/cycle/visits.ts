import type { Divider } from '../division/divider.ts';
import { compareCursors } from '../model/delivery/history-cursor.ts';
import type { Refusal } from '../model/targets/division.ts';
import { mayBeOfStop } from '../model/targets/scrape-error.ts';
import type { Target } from '../model/targets/target.ts';
import { Turn } from '../model/waiting/turn.ts';
import type { DaemonVisit } from '../report/daemons.ts';
import type { Route } from '../routes/route.ts';
import type { Visit, VisitOptions } from '../scrape/rounds.ts';
import type { PartScrape, Scrape, Scraper } from '../scrape/scrape.ts';
import type { Deadlines } from './deadlines.ts';
import type { Pipeline, SendOptions, Sent } from './pipeline.ts';

/** Milliseconds of its history that the first request to a target asks for. */
const FIRST_HISTORY_MS = 60_000;

const MINUTE_MS = 60_000;

export interface VisitsParts {
  readonly scraper: Pick<Scraper, 'scrape'>;
  readonly pipeline: Pipeline;
  readonly divider: Divider;
  readonly routes: readonly Route[];
  readonly deadlines: Deadlines;
  /** Notes targets that discovery did not find. */
  readonly see: (targets: readonly Target[]) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** An unfinished `DaemonVisit`. */
type Counting = { -readonly [Key in keyof DaemonVisit]: DaemonVisit[Key] };

/** A daemon whose samples are not all sent yet: it waits for the sidecars of tasks, or its turn is over. */
interface Waiting {
  readonly visit: Counting;
  readonly scrape: Scrape;
  readonly since: string | undefined;
  /** The tasks that are sent. */
  readonly sent: Sent[];
  /** Samples of tasks that count otherwise, or not at all. */
  readonly unused: Refusal[];
  /** The tasks that are not sent yet. */
  readonly parts: readonly PartScrape[];
}

/** The visits of one cycle's targets: each scrapes a target and sends its samples to all outputs. */
export class Visits {
  /** Targets whose samples are on their way to the outputs, or there. */
  readonly sent: Sent[] = [];
  /** Tasks whose targets are down, but whose daemons sent their samples. */
  readonly standIns: Sent[] = [];
  /** Failed scrapes of targets that may have stopped with their task, which are not sent yet. */
  readonly unclear: Scrape[] = [];
  readonly daemons: DaemonVisit[] = [];
  readonly #waiting: Waiting[] = [];
  /** Ids of the targets that have answered themselves. */
  readonly #answered = new Set<string>();
  readonly #parts: VisitsParts;
  readonly #last: Turn;

  constructor(parts: VisitsParts) {
    this.#parts = parts;
    this.#last = new Turn({ until: parts.deadlines.deliveryAt });
  }

  async visit(target: Target, { turn, postponement }: VisitOptions): Promise<Visit> {
    const { scraper, pipeline, divider, deadlines } = this.#parts;
    const { since, isFirst } = target.history ? this.#since(target) : {};
    const { divide } = divider;
    const options = { ...pipeline.needs(target), since, isFirst, turn, postponement, divide };
    const scrape = await scraper.scrape(target, deadlines.scraping, options);
    if (mayBeOfStop(scrape.failure?.reason)) {
      this.unclear.push(scrape);
      return scrape;
    }
    if (scrape.parts !== undefined) return this.#visitDaemon(scrape, scrape.parts, turn, since);
    try {
      const sent = await this.#send(scrape, turn, { since });
      if (sent === 'postponed') return sent;
      this.sent.push(sent);
      if (scrape.failure === undefined) this.#answered.add(target.id);
      return scrape;
    } finally {
      scrape.release?.();
    }
  }

  /** Sends the samples of a failed scrape. */
  async send(scrape: Scrape): Promise<void> {
    const sent = await this.#send(scrape, this.#last);
    if (sent !== 'postponed') this.sent.push(sent);
  }

  /** Sends the waiting samples of daemons, after the turns of all other targets. */
  async finish(): Promise<void> {
    for (const waiting of this.#waiting) {
      for (const part of waiting.parts) {
        if (!this.#isCounted(part, waiting)) await this.#sendPart(waiting, part, this.#last);
      }
      await this.#sendDaemon(waiting, this.#last);
    }
  }

  /**
   * Sends the page of a daemon, as if each task had a sidecar. A task's own sidecar takes precedence: if it was not visited yet,
   * the task waits for the end of all visits.
   */
  async #visitDaemon(
    scrape: Scrape,
    parts: readonly PartScrape[],
    turn: Turn,
    since: string | undefined,
  ): Promise<Visit> {
    const { target, refusals = [] } = scrape;
    const visit = { target, tasks: 0, standIns: 0, ownSidecars: 0, refusals };
    const known = { visit, scrape, since, sent: [], unused: [...refusals] };
    const waiting: Waiting = { ...known, parts: [] };
    this.#parts.see(parts.map((part) => part.target));
    const undecided = parts
      .filter(({ hasSidecar }) => hasSidecar)
      .filter((part) => !this.#isCounted(part, waiting));
    const alone = parts.filter(({ hasSidecar }) => !hasSidecar);
    try {
      let next = 0;
      for (const part of alone) {
        if (!(await this.#sendPart(waiting, part, turn))) break;
        next++;
      }
      if (next === 0 && alone.length > 0) return 'postponed';
      this.daemons.push(visit);
      const rest = [...alone.slice(next), ...undecided];
      if (rest.length > 0 || !(await this.#sendDaemon(waiting, turn))) {
        this.#waiting.push({ ...known, parts: rest });
      }
      return scrape;
    } finally {
      // Even if tasks wait: the targets that they wait for may need the room.
      scrape.release?.();
    }
  }

  /** Whether the task's own sidecar has answered; then the daemon's samples of it are not used. */
  #isCounted({ target, samples, dropped }: PartScrape, { visit, unused }: Waiting): boolean {
    if (!this.#answered.has(target.id)) return false;
    visit.ownSidecars++;
    unused.push({
      reason: 'own_sidecar',
      message: `the sidecar of task ${target.place?.task} has answered`,
      series: [...samples.map(({ series }) => series), ...dropped],
    });
    return true;
  }

  /** @returns whether it is sent: `false` if its turn is over */
  async #sendPart({ visit, sent, since }: Waiting, part: PartScrape, turn: Turn): Promise<boolean> {
    const { hasSidecar, ...scrape } = part;
    // The history of a sidecar has a clock of its own.
    const outcome = await this.#send(scrape, turn, hasSidecar ? {} : { since });
    if (outcome === 'postponed') return false;
    sent.push(outcome);
    (hasSidecar ? this.standIns : this.sent).push(outcome);
    visit.tasks++;
    if (hasSidecar) visit.standIns++;
    return true;
  }

  /** Sends the daemon's own samples and those of its instance. Its cursor advances with them, once the tasks are settled. */
  async #sendDaemon({ scrape, since, sent: after, unused }: Waiting, turn: Turn): Promise<boolean> {
    const sent = await this.#send(scrape, turn, { since, after, unused });
    if (sent === 'postponed') return false;
    this.sent.push(sent);
    return true;
  }

  #send(scrape: Scrape, turn: Turn, options?: SendOptions): Promise<Sent | 'postponed'> {
    const { pipeline, routes } = this.#parts;
    return pipeline.send(scrape, routes, { turn, last: this.#last }, options);
  }

  /**
   * The beginning of the history to request: the time that all outputs have reached. A first scrape requests the
   * samples since the collector knows of the task, else of the last minute: others may have published older ones.
   */
  #since({ id, wholeMinutes }: Target): { readonly since: string; readonly isFirst: boolean } {
    const { routes, now } = this.#parts;
    const begins = routes.map((route) => {
      const { cursor, baseline } = route.past(id);
      const since = cursor ?? firstCursor(baseline, now() - FIRST_HISTORY_MS, wholeMinutes);
      return { since, isFirst: cursor === undefined };
    });
    return begins.reduce((one, other) =>
      compareCursors(other.since, one.since) < 0 ? other : one,
    );
  }
}

/** @param fallback milliseconds since the epoch; others that held minutes back have held back the minute of it */
function firstCursor(baseline: number | undefined, fallback: number, wholeMinutes = false): string {
  const since = String((baseline ?? fallback) / 1000);
  if (baseline !== undefined || !wholeMinutes) return since;
  return `${since},${Math.floor(fallback / MINUTE_MS) * (MINUTE_MS / 1000)}`;
}
