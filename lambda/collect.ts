import { Deadlines } from './cycle/deadlines.ts';
import { Pipeline, type PipelineParts } from './cycle/pipeline.ts';
import { Visits } from './cycle/visits.ts';
import { Divider } from './division/divider.ts';
import type { SharedMetrics } from './model/delivery/shared-metrics.ts';
import type { State, StateReport } from './model/delivery/state.ts';
import type { Discovered, Discovery } from './model/targets/discovery.ts';
import type { Target } from './model/targets/target.ts';
import { PATIENCE_MS } from './outputs/delivery/patience.ts';
import { type CycleReport, ReportBuilder } from './report/report.ts';
import type { Route } from './routes/route.ts';
import { routeTo } from './routes/routes.ts';
import { Rounds } from './scrape/rounds.ts';
import type { Scrape, Scraper } from './scrape/scrape.ts';

/** The parts of a collector. It has at least one output, each with a unique name, and each output gets everything. */
export interface CollectorParts extends PipelineParts {
  readonly discovery: Discovery;
  readonly scraper: Pick<Scraper, 'scrape' | 'remembered'>;
  readonly state: State;
  /** Shares a `metric_budget` with other collectors. @default not shared */
  readonly sharedMetrics?: SharedMetrics | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Collects, cycle by cycle. One instance lives as long as its process: it holds the memory that makes a warm cycle cheap. */
export class Collector {
  readonly #parts: CollectorParts;
  readonly #pipeline: Pipeline;
  /** Whether the budget contains the metrics of earlier collectors. */
  #budgetIsTold = false;
  readonly #rounds = new Rounds();
  readonly #divider = new Divider();

  constructor(parts: CollectorParts) {
    this.#parts = parts;
    this.#pipeline = new Pipeline(parts);
  }

  /**
   * One cycle. It ends before `timeoutMs`: it cuts off targets that hang, delivers the collected samples, and reports
   * the missing ones. No error of a target, an event or AWS makes it reject.
   *
   * @param timeoutMs whole milliseconds, from 0 to 2^31 - 1
   */
  async collect(timeoutMs: number): Promise<CycleReport> {
    const { scraper, now } = this.#parts;
    const startedAt = now();
    const deadlines = new Deadlines(timeoutMs);
    const builder = new ReportBuilder(startedAt);
    const pipeline = this.#pipeline;
    const divider = this.#divider;
    pipeline.begin(startedAt);
    const routes = this.#open(deadlines);

    const { discovered, unknown } = await this.#discover(deadlines);
    builder.discovered(discovered);
    divider.begin(discovered);
    this.#announce(discovered, routes, startedAt);

    const see = (targets: readonly Target[]) => this.#see(targets, routes, startedAt);
    const visits = new Visits({ scraper, pipeline, divider, routes, deadlines, see, now });
    const visit: Visits['visit'] = (target, options) => visits.visit(target, options);
    const weightOf = (target: Target) => divider.weightOf(target);
    const { scrapingAt } = deadlines;
    builder.greedy(
      await this.#rounds.run(divider.ordered(discovered.targets), scrapingAt, visit, weightOf),
    );
    for (const scrape of await this.#stillRunning(visits.unclear, deadlines, builder)) {
      await visits.send(scrape);
    }
    await visits.finish();
    builder.daemons(visits.daemons);

    builder.budget(pipeline.budget?.report());
    builder.delivered(await Promise.all(routes.map((route) => route.close())));
    for (const { done } of visits.sent) {
      const { scrape, outcome } = await done;
      builder.target(scrape, outcome);
    }
    for (const { done } of visits.standIns) {
      const { scrape, outcome } = await done;
      builder.standIn(scrape, outcome);
    }
    builder.explained(pipeline.explain(builder.silentJobs()));

    builder.kept(await this.#keep(discovered, startedAt, unknown, deadlines));
    return builder.report(Math.max(now(), startedAt), scraper.remembered);
  }

  #open({ delivery }: Deadlines): readonly Route[] {
    const { outputs } = this.#parts;
    // A single output keeps no other one waiting.
    const patienceMs = outputs.length > 1 ? PATIENCE_MS : undefined;
    return outputs.map((output) => routeTo(output, delivery, this.#parts, patienceMs));
  }

  /** Finds the targets, and reads their state and the known metrics at the same time. */
  async #discover(deadlines: Deadlines): Promise<{
    readonly discovered: Discovered;
    /** The reason why the metrics of the others that share the budget are unknown. */
    readonly unknown: string | undefined;
  }> {
    const { discovery, state, sharedMetrics } = this.#parts;
    const { budget } = this.#pipeline;
    const [discovered, share] = await Promise.all([
      discovery.discover(deadlines.discovery()),
      budget && sharedMetrics?.begin(deadlines.memory()),
      state.begin(deadlines.memory()),
    ]);
    if (!this.#budgetIsTold && state.isKnown) {
      if (state.knownMetrics !== undefined) budget?.import(state.knownMetrics);
      this.#budgetIsTold = true;
    }
    if (share !== undefined) budget?.share(share);
    return { discovered, unknown: share?.failure };
  }

  /** Passes the targets on to outputs and state, including those that will not answer. */
  #announce({ targets, errors }: Discovered, routes: readonly Route[], startedAt: number): void {
    const all = [...targets, ...this.#divider.standing];
    // If the list is not complete, missing targets may still exist.
    if (errors.length === 0) {
      const ids = new Set(all.map(({ id }) => id));
      for (const route of routes) route.discovered(ids);
    }
    this.#see(all, routes, startedAt);
  }

  #see(targets: readonly Target[], routes: readonly Route[], startedAt: number): void {
    const seen = routes.flatMap((route) => route.seen(targets));
    this.#parts.state.see(seen, startedAt);
  }

  /** The failed scrapes whose target has not just stopped with its task. */
  async #stillRunning(
    scrapes: readonly Scrape[],
    deadlines: Deadlines,
    builder: ReportBuilder,
  ): Promise<readonly Scrape[]> {
    if (scrapes.length === 0) return scrapes;
    const ids = scrapes.map(({ target }) => target.id);
    const stopped = await this.#parts.discovery.stopped(ids, deadlines.stoppedCheck());
    builder.stopped(
      scrapes.filter(({ target }) => stopped.ids.has(target.id)),
      stopped.errors,
    );
    return scrapes.filter(({ target }) => !stopped.ids.has(target.id));
  }

  /** Writes the memory of the next cycle. */
  async #keep(
    discovered: Discovered,
    startedAt: number,
    unknown: string | undefined,
    { end }: Deadlines,
  ): Promise<StateReport> {
    const { state, sharedMetrics, now } = this.#parts;
    const { budget } = this.#pipeline;
    const completedAt = this.#completedAt(discovered, startedAt);
    const knownMetrics = budget?.export();
    const [kept, untold] = await Promise.all([
      state.end({ now: now(), completedAt, knownMetrics }, end),
      budget && sharedMetrics?.end(budget.exportFresh(), end),
    ]);
    return withFailures(kept, [unknown, untold]);
  }

  /** The time of the complete list of targets; `undefined` if some may be missing. */
  #completedAt({ errors, refreshedAt }: Discovered, startedAt: number): number | undefined {
    if (errors.length > 0) return undefined;
    // Without clusters a discovery has nothing to refresh.
    return this.#parts.config.discovery === undefined ? startedAt : (refreshedAt ?? startedAt);
  }
}

/** Adds failures of the shared metrics to the report of the state. */
function withFailures(report: StateReport, failures: readonly (string | undefined)[]): StateReport {
  const errors = failures.filter((failure) => failure !== undefined);
  return {
    ...report,
    failures: report.failures + errors.length,
    errors: [...report.errors, ...errors],
  };
}
