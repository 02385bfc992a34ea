import type { DropReason, Drops } from './model/drops.ts';
import type { DeliveryOutcome, DeliveryReport, RejectReason } from './model/event.ts';
import type { Labels } from './model/sample.ts';
import type { Scrape } from './scrape/scrape.ts';

/** What one cycle did, target by target: for the log, the collector's own metrics and the demo's table. */
export interface CycleReport {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly targets: {
    readonly discovered: number;
    readonly up: number;
    readonly down: number;
  };
  /** Tasks and containers that discovery left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** What went wrong in discovery, as text for the log. */
  readonly discoveryErrors: readonly string[];
  readonly samples: {
    /** What the targets gave, and the scrapes' own series. */
    readonly scraped: number;
    /** In events that were accepted. */
    readonly published: number;
    /** Of targets with an event that was not accepted. Counters are not lost: they are in the next difference. */
    readonly rejected: number;
    readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  };
  readonly delivery: DeliveryReport;
  /** One for each target, in the order of discovery. */
  readonly scrapes: readonly TargetReport[];
}

/** What one target did in a cycle. */
export interface TargetReport {
  readonly id: string;
  readonly url: string;
  readonly labels: Labels;
  readonly up: boolean;
  /** Why it is down: a `ScrapeFailure`. */
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly durationMs: number;
  /** Decompressed bytes. */
  readonly bytes: number;
  /** Samples that the target gave. */
  readonly scraped: number;
  /** Samples in the events that were offered for delivery. */
  readonly offered: number;
  readonly events: number;
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
}

/** What became of one target after its scrape. */
export interface TargetOutcome {
  readonly events: number;
  readonly offered: number;
  readonly drops: Drops;
  readonly outcome: DeliveryOutcome;
}

/** Adds up a cycle while it goes on. */
export class Tally {
  readonly #startedAt: number;
  readonly #dropped: Partial<Record<DropReason, number>> = {};
  readonly #scrapes: TargetReport[] = [];
  #skipped: Readonly<Record<string, number>> = {};
  #discoveryErrors: readonly string[] = [];
  #samples = { scraped: 0, published: 0, rejected: 0 };
  #delivery: DeliveryReport | undefined;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  discovered(discovery: {
    readonly skipped: Readonly<Record<string, number>>;
    readonly errors: readonly { readonly message: string }[];
  }): void {
    this.#skipped = discovery.skipped;
    this.#discoveryErrors = discovery.errors.map(({ message }) => message);
  }

  target(scrape: Scrape, { events, offered, drops, outcome }: TargetOutcome): void {
    const { target, failure, durationMs, bytes, scraped } = scrape;
    this.#samples.scraped += scrape.samples.length + scrape.dropped.length;
    this.#samples[outcome.rejected.size === 0 ? 'published' : 'rejected'] += offered;
    for (const [reason, count] of drops.counts) {
      this.#dropped[reason] = (this.#dropped[reason] ?? 0) + count;
    }
    this.#scrapes.push({
      id: target.id,
      url: target.url,
      labels: target.labels,
      up: failure === undefined,
      ...failure,
      durationMs,
      bytes,
      scraped,
      offered,
      events,
      rejected: Object.fromEntries(outcome.rejected),
    });
  }

  delivered(report: DeliveryReport): void {
    this.#delivery = report;
  }

  report(finishedAt: number): CycleReport {
    if (this.#delivery === undefined) throw new Error('a cycle is reported after its delivery');
    const up = this.#scrapes.filter((scrape) => scrape.up).length;
    const discovered = this.#scrapes.length;
    return {
      startedAt: this.#startedAt,
      durationMs: finishedAt - this.#startedAt,
      targets: { discovered, up, down: discovered - up },
      skipped: this.#skipped,
      discoveryErrors: this.#discoveryErrors,
      samples: { ...this.#samples, dropped: this.#dropped },
      delivery: this.#delivery,
      scrapes: this.#scrapes,
    };
  }
}
