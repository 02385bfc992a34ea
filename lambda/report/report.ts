import type { DeliveryOutcome, DeliveryReport } from '../model/delivery/event.ts';
import type { StateReport } from '../model/delivery/state.ts';
import type { DropReason, Drops } from '../model/samples/drops.ts';
import type { Remembered } from '../model/targets/decoder.ts';
import { countsOf, type LeftOut } from '../model/targets/left-out.ts';
import { shownId } from '../model/targets/shown-url.ts';
import { isSettled } from '../routes/settled.ts';
import type { BudgetReport } from '../rules/metric-budget.ts';
import type { Greedy } from '../scrape/rounds.ts';
import type { Scrape } from '../scrape/scrape.ts';
import { type DaemonsReport, type DaemonVisit, reportOfDaemons } from './daemons.ts';
import type { Explained } from './explanations.ts';
import { isPassing, JobTally, type SilentJob } from './silent-jobs.ts';
import { sumOf } from './sum.ts';
import { reportOf, type ScrapeOf, type TargetReport } from './target.ts';

/** The result of one cycle, target by target: for the log, the collector's own metrics and the demo's table. */
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
  /** The same by name, with the remedies. */
  readonly leftOut: readonly LeftOut[];
  /** Parts of the configuration without targets, in words. */
  readonly idle: readonly string[];
  /** Failures in discovery, as text for the log. */
  readonly discoveryErrors: readonly string[];
  /** The samples of the cycle. With several outputs: their way to the first one. */
  readonly samples: {
    /** Samples from the targets, and the scrapes' own series. */
    readonly scraped: number;
    /** In events that were accepted. */
    readonly published: number;
    /**
     * Samples of targets with an event that was not accepted. The next difference contains the counters, unless no
     * retry would help: then `rejected` of the delivery has the reason.
     */
    readonly rejected: number;
    readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
    /** Drops of the other outputs together, among the samples that declarations select: each output may accept or know less. */
    readonly droppedForOthers: Readonly<Partial<Record<DropReason, number>>>;
  };
  /** Jobs whose samples the rules drop completely. */
  readonly silentJobs: readonly SilentJob[];
  /** Whether targets gave samples and nothing at all is published, for reasons that will not pass by themselves. */
  readonly nothingPublished: boolean;
  /** Series without a complete dimension set, with the missing labels, in words; the first few. */
  readonly incomplete: readonly string[];
  /** Of `metric_budget`; absent without one. */
  readonly budget?: BudgetReport | undefined;
  /** Of the daemons that tell of all tasks of their instances; absent where none has answered. */
  readonly daemons?: DaemonsReport | undefined;
  /** One for each output, in their order. */
  readonly deliveries: readonly DeliveryReport[];
  /**
   * Accepted events of targets that also had other events that were not accepted: the next cycle delivers their
   * increases again.
   */
  readonly repeated: number;
  readonly state: StateReport;
  /** Targets that exceeded their share of time or memory, and so had their turn after all others; the greediest first. */
  readonly greedy: readonly GreedyTarget[];
  /** Of targets that are up: the first violation of the format in an answer, as text for the log. */
  readonly breaches: readonly string[];
  /** The decoder's memory of the lines of all targets, which is bounded. */
  readonly remembered: Remembered;
  /** One for each target, in the order of discovery. */
  readonly scrapes: readonly TargetReport[];
}

/** A target that exceeded its share. */
export interface GreedyTarget {
  readonly id: string;
  /** Decompressed bytes of its answer; 0 without one. */
  readonly bytes: number;
  /** Milliseconds of CPU that its samples took. */
  readonly cpuMs: number;
}

/** A scrape without its samples, which would keep the memory of a whole cycle until its end. */
export type ScrapeSummary = Omit<Scrape, 'samples' | 'dropped' | 'unwanted'> & {
  /** Samples from the target, wanted or not, including those that relabeling dropped, and the scrape's own. */
  readonly sampleCount: number;
};

/** The fate of one target's samples after its scrape. */
export interface TargetOutcome {
  readonly events: number;
  readonly offered: number;
  readonly drops: Drops;
  /** Drops of all outputs but the first. */
  readonly otherDrops: Drops;
  /** One for each output, in their order. */
  readonly outcomes: readonly DeliveryOutcome[];
}

/** Sums up a cycle while it runs, and makes its report. */
export class ReportBuilder {
  readonly #startedAt: number;
  #dropped: Partial<Record<DropReason, number>> = {};
  #droppedForOthers: Partial<Record<DropReason, number>> = {};
  readonly #scrapes: TargetReport[] = [];
  /** The index of each report in the order of discovery. */
  readonly #places = new Map<TargetReport, number>();
  #order: ReadonlyMap<string, number> = new Map();
  #leftOut: readonly LeftOut[] = [];
  #idle: readonly string[] = [];
  #discoveryErrors: readonly string[] = [];
  #samples = { scraped: 0, published: 0, rejected: 0 };
  readonly #jobs = new JobTally();
  #explained: Explained | undefined;
  #repeated = 0;
  #greedy: readonly GreedyTarget[] = [];
  #budget: BudgetReport | undefined;
  #daemons: DaemonsReport | undefined;
  #deliveries: readonly DeliveryReport[] | undefined;
  #state: StateReport | undefined;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  discovered(discovery: {
    readonly targets?: readonly { readonly id: string }[];
    readonly leftOut: readonly LeftOut[];
    readonly idle: readonly string[];
    readonly errors: readonly { readonly message: string }[];
  }): void {
    this.#order = new Map(discovery.targets?.map(({ id }, index) => [id, index]));
    this.#leftOut = discovery.leftOut;
    this.#idle = discovery.idle;
    this.#discoveryErrors = discovery.errors.map(({ message }) => message);
  }

  target(scrape: ScrapeSummary, target: TargetOutcome): void {
    const { events, offered, outcomes } = target;
    this.standIn(scrape, target);
    if (scrape.failure === undefined) {
      const { scraped, sampleCount: samples, awaitsMinute } = scrape;
      const dropped = Object.fromEntries(target.drops.counts);
      this.#jobs.add(scrape.target.job, { scraped, samples, offered, dropped, awaitsMinute });
    }
    const rejected = sumOf(outcomes.map((outcome) => Object.fromEntries(outcome.rejected)));
    this.#add(scrape, { stopped: false, offered, events, rejected });
  }

  /** Adds the samples of a daemon about a task whose own target is down, and which the report shows as down. */
  standIn({ sampleCount }: ScrapeSummary, target: TargetOutcome): void {
    const { offered, drops, otherDrops, outcomes } = target;
    this.#samples.scraped += sampleCount;
    const accepted = outcomes[0]?.rejected.size === 0;
    this.#samples[accepted ? 'published' : 'rejected'] += offered;
    this.#dropped = sumOf([this.#dropped, Object.fromEntries(drops.counts)]);
    this.#droppedForOthers = sumOf([this.#droppedForOthers, Object.fromEntries(otherDrops.counts)]);
    for (const delivered of outcomes) {
      if (!isSettled(delivered)) this.#repeated += delivered.accepted;
    }
  }

  daemons(visits: readonly DaemonVisit[]): void {
    this.#daemons = visits.length === 0 ? undefined : reportOfDaemons(visits);
  }

  /** Targets that stopped before their scrape, and the errors of that check. */
  stopped(scrapes: readonly ScrapeOf[], errors: readonly { readonly message: string }[]): void {
    for (const scrape of scrapes) {
      this.#add(scrape, { stopped: true, offered: 0, events: 0, rejected: {} });
    }
    this.#discoveryErrors = [...this.#discoveryErrors, ...errors.map(({ message }) => message)];
  }

  greedy(targets: readonly Greedy[]): void {
    const reports = targets.map(({ target, bytes, cpuMs }) => ({
      id: shownId(target),
      bytes,
      cpuMs: Math.round(cpuMs),
    }));
    this.#greedy = reports.sort((a, b) => b.cpuMs - a.cpuMs);
  }

  /** Jobs without any published sample, after all targets are counted. */
  silentJobs(): readonly SilentJob[] {
    return this.#jobs.silent();
  }

  explained(explained: Explained): void {
    this.#explained = explained;
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
    const { silentJobs = this.silentJobs() } = this.#explained ?? {};
    const up = this.#scrapes.filter((scrape) => scrape.up).length;
    const stopped = this.#scrapes.filter((scrape) => scrape.stopped).length;
    const discovered = this.#scrapes.length;
    const scrapes = this.#scrapes.toSorted((a, b) => this.#place(a) - this.#place(b));
    return {
      startedAt: this.#startedAt,
      durationMs: finishedAt - this.#startedAt,
      targets: { discovered, up, down: discovered - up - stopped, stopped },
      skipped: countsOf(this.#leftOut),
      leftOut: this.#leftOut,
      idle: this.#idle,
      discoveryErrors: this.#discoveryErrors,
      samples: {
        ...this.#samples,
        dropped: this.#dropped,
        droppedForOthers: this.#droppedForOthers,
      },
      silentJobs,
      nothingPublished: silentJobs.length > 0 && this.#isSilent(this.#deliveries),
      incomplete: this.#explained?.incomplete ?? [],
      budget: this.#budget,
      daemons: this.#daemons,
      deliveries: this.#deliveries,
      repeated: this.#repeated,
      greedy: this.#greedy,
      state: this.#state,
      breaches: scrapes.flatMap(({ id, breach }) => (breach ? [`${id}: ${breach}`] : [])),
      remembered,
      scrapes,
    };
  }

  /** Whether no output got anything, and none would have got anything if all outputs worked. */
  #isSilent(deliveries: readonly DeliveryReport[]): boolean {
    const { published, rejected } = this.#samples;
    const isAccepted = deliveries.some(({ events }) => events > 0);
    return !isAccepted && published + rejected === 0 && !isPassing(this.#dropped);
  }

  #add(scrape: ScrapeOf, outcome: Omit<TargetReport, keyof ReturnType<typeof reportOf>>): void {
    const report = { ...reportOf(scrape), ...outcome };
    this.#scrapes.push(report);
    this.#places.set(report, this.#order.get(scrape.target.id) ?? 0);
  }

  #place(report: TargetReport): number {
    return this.#places.get(report) ?? 0;
  }
}
