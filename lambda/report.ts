import type { DropReason, Drops } from './model/drops.ts';
import type { DeliveryOutcome, DeliveryReport, RejectReason } from './model/event.ts';
import type { Labels } from './model/sample.ts';
import type { StateReport } from './model/state.ts';
import type { BudgetReport } from './rules/metric-budget.ts';
import type { Remembered } from './scrape/answer-decoder.ts';
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
    /** Their task stopped between discovery and scrape, so nothing is published about them. */
    readonly stopped: number;
  };
  /** Tasks and containers that discovery left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** What went wrong in discovery, as text for the log. */
  readonly discoveryErrors: readonly string[];
  /** With several outputs: what became of them on their way to the first one. */
  readonly samples: {
    /** What the targets gave, and the scrapes' own series. */
    readonly scraped: number;
    /** In events that were accepted. */
    readonly published: number;
    /** Of targets with an event that was not accepted. Counters are not lost: they are in the next difference. */
    readonly rejected: number;
    readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  };
  /** Of `metric_budget`; absent without one. */
  readonly budget?: BudgetReport | undefined;
  /** One for each output, in their order. */
  readonly deliveries: readonly DeliveryReport[];
  readonly state: StateReport;
  /** Of targets that are up: the first rule of its format that an answer breaks, as text for the log. */
  readonly breaches: readonly string[];
  /** What decoding remembers of the lines of all targets; it is bounded. */
  readonly remembered: Remembered;
  /** One for each target, in the order of discovery. */
  readonly scrapes: readonly TargetReport[];
}

/** What one target did in a cycle. */
export interface TargetReport {
  readonly id: string;
  readonly url: string;
  readonly labels: Labels;
  readonly up: boolean;
  /** Its task has stopped, so that it is not up but not down either. */
  readonly stopped: boolean;
  /** Why it is not up: a `ScrapeFailure`. */
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /** The first rule of its format that its answer breaks, although it could be read. */
  readonly breach?: string | undefined;
  readonly durationMs: number;
  /** Decompressed bytes. */
  readonly bytes: number;
  /** Samples that the target gave. */
  readonly scraped: number;
  /** Samples in the events that were offered for delivery. */
  readonly offered: number;
  /** For each output. */
  readonly events: number;
  /** By all outputs together. */
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
}

/** A scrape without its samples, which would keep the memory of a whole cycle until its end. */
export type ScrapeSummary = Omit<Scrape, 'samples' | 'dropped' | 'unwanted'> & {
  /** Samples that the target gave, wanted or not, those that relabeling dropped included, and the scrape's own. */
  readonly sampleCount: number;
};

/** What became of one target after its scrape. */
export interface TargetOutcome {
  readonly events: number;
  readonly offered: number;
  readonly drops: Drops;
  /** One for each output, in their order. */
  readonly outcomes: readonly DeliveryOutcome[];
}

/** Adds up a cycle while it goes on. */
export class Tally {
  readonly #startedAt: number;
  readonly #dropped: Partial<Record<DropReason, number>> = {};
  readonly #scrapes: TargetReport[] = [];
  #order: ReadonlyMap<string, number> = new Map();
  #skipped: Readonly<Record<string, number>> = {};
  #discoveryErrors: readonly string[] = [];
  #samples = { scraped: 0, published: 0, rejected: 0 };
  #budget: BudgetReport | undefined;
  #deliveries: readonly DeliveryReport[] | undefined;
  #state: StateReport | undefined;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  discovered(discovery: {
    readonly targets?: readonly { readonly id: string }[];
    readonly skipped: Readonly<Record<string, number>>;
    readonly errors: readonly { readonly message: string }[];
  }): void {
    this.#order = new Map(discovery.targets?.map(({ id }, index) => [id, index]));
    this.#skipped = discovery.skipped;
    this.#discoveryErrors = discovery.errors.map(({ message }) => message);
  }

  target(scrape: ScrapeSummary, { events, offered, drops, outcomes }: TargetOutcome): void {
    this.#samples.scraped += scrape.sampleCount;
    const accepted = outcomes[0]?.rejected.size === 0;
    this.#samples[accepted ? 'published' : 'rejected'] += offered;
    for (const [reason, count] of drops.counts) {
      this.#dropped[reason] = (this.#dropped[reason] ?? 0) + count;
    }
    const rejected = sumOf(outcomes.map((outcome) => Object.fromEntries(outcome.rejected)));
    this.#scrapes.push({ ...reportOf(scrape), stopped: false, offered, events, rejected });
  }

  /** Targets that stopped before they were scraped, and what went wrong in finding out which did. */
  stopped(
    scrapes: readonly Omit<Scrape, 'samples' | 'dropped' | 'unwanted'>[],
    errors: readonly { readonly message: string }[],
  ): void {
    for (const scrape of scrapes) {
      this.#scrapes.push({
        ...reportOf(scrape),
        stopped: true,
        offered: 0,
        events: 0,
        rejected: {},
      });
    }
    this.#discoveryErrors = [...this.#discoveryErrors, ...errors.map(({ message }) => message)];
  }

  budget(report: BudgetReport | undefined): void {
    this.#budget = report;
  }

  delivered(reports: readonly DeliveryReport[]): void {
    this.#deliveries = reports;
  }

  kept(report: StateReport): void {
    this.#state = report;
  }

  report(finishedAt: number, remembered: Remembered): CycleReport {
    if (this.#deliveries === undefined || this.#state === undefined) {
      throw new Error('a cycle is reported after its delivery and its state');
    }
    const up = this.#scrapes.filter((scrape) => scrape.up).length;
    const stopped = this.#scrapes.filter((scrape) => scrape.stopped).length;
    const discovered = this.#scrapes.length;
    const scrapes = this.#scrapes.toSorted((a, b) => this.#place(a) - this.#place(b));
    return {
      startedAt: this.#startedAt,
      durationMs: finishedAt - this.#startedAt,
      targets: { discovered, up, down: discovered - up - stopped, stopped },
      skipped: this.#skipped,
      discoveryErrors: this.#discoveryErrors,
      samples: { ...this.#samples, dropped: this.#dropped },
      budget: this.#budget,
      deliveries: this.#deliveries,
      state: this.#state,
      breaches: scrapes.flatMap(({ id, breach }) => (breach ? [`${id}: ${breach}`] : [])),
      remembered,
      scrapes,
    };
  }

  #place({ id }: TargetReport): number {
    return this.#order.get(id) ?? 0;
  }
}

/** Counts by reason, added up. */
export function sumOf<Reason extends string>(
  counts: readonly Readonly<Partial<Record<Reason, number>>>[],
): Partial<Record<Reason, number>> {
  const sum: Partial<Record<Reason, number>> = {};
  for (const each of counts) {
    for (const reason of Object.keys(each) as Reason[]) {
      sum[reason] = (sum[reason] ?? 0) + (each[reason] ?? 0);
    }
  }
  return sum;
}

/** What a scrape itself says. */
function reportOf({
  target,
  failure,
  durationMs,
  bytes,
  scraped,
  breach,
}: Omit<Scrape, 'samples' | 'dropped' | 'unwanted'>) {
  return {
    id: target.id,
    url: target.url,
    labels: target.labels,
    up: failure === undefined,
    ...failure,
    ...(breach !== undefined && { breach }),
    durationMs,
    bytes,
    scraped,
  };
}
