import { Deadlines } from './cycle/deadlines.ts';
import { Pipeline, type PipelineParts } from './cycle/pipeline.ts';
import { Visits } from './cycle/visits.ts';
import type { SharedMetrics } from './model/delivery/shared-metrics.ts';
import type { State, StateReport } from './model/delivery/state.ts';
import type { Discovered, Discovery } from './model/targets/discovery.ts';
import { PATIENCE_MS } from './outputs/delivery/patience.ts';
import { type CycleReport, Tally } from './report/report.ts';
import { type Route, routeTo } from './routes/routes.ts';
import { Rounds } from './scrape/rounds.ts';
import type { Scrape, Scraper } from './scrape/scrape.ts';

/** What a collector is made of. There is at least one output, each with a name of its own. Every one gets everything. */
export interface CollectorParts extends PipelineParts {
  readonly discovery: Discovery;
  readonly scraper: Pick<Scraper, 'scrape' | 'remembered'>;
  readonly state: State;
  /** With whom a `metric_budget` is shared. @default nobody */
  readonly sharedMetrics?: SharedMetrics | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Collects, cycle by cycle. One instance lives as long as its process: it holds what makes a warm cycle cheap. */
export class Collector {
  readonly #parts: CollectorParts;
  readonly #pipeline: Pipeline;
  /** Whether the budget has been told what was published before this collector. */
  #budgetIsTold = false;
  readonly #rounds = new Rounds();

  constructor(parts: CollectorParts) {
    this.#parts = parts;
    this.#pipeline = new Pipeline(parts);
  }

  /**
   * One cycle, over before `timeoutMs` milliseconds have passed: targets that hang are cut off, what was collected is
   * delivered, what was not is reported. Rejects for nothing that a target, an event or AWS does.
   *
   * @param timeoutMs whole milliseconds, from 0 to 2^31 - 1
   */
  async collect(timeoutMs: number): Promise<CycleReport> {
    const { scraper, now } = this.#parts;
    const startedAt = now();
    const deadlines = new Deadlines(timeoutMs);
    const tally = new Tally(startedAt);
    const pipeline = this.#pipeline;
    pipeline.begin(startedAt);
    const routes = this.#open(deadlines);

    const { discovered, unknown } = await this.#discover(deadlines);
    tally.discovered(discovered);
    this.#announce(discovered, routes, startedAt);

    const visits = new Visits({ scraper, pipeline, routes, deadlines, now });
    const visit: Visits['visit'] = (target, options) => visits.visit(target, options);
    tally.greedy(await this.#rounds.run(discovered.targets, deadlines.scrapingAt, visit));
    for (const scrape of await this.#stillRunning(visits.unclear, deadlines, tally)) {
      await visits.send(scrape);
    }

    tally.budget(pipeline.budget?.report());
    tally.delivered(await Promise.all(routes.map((route) => route.close())));
    for (const { done } of visits.sent) {
      const { scrape, outcome } = await done;
      tally.target(scrape, outcome);
    }
    tally.explained(pipeline.explain(tally.silentJobs()));

    tally.kept(await this.#keep(discovered, startedAt, unknown, deadlines));
    return tally.report(Math.max(now(), startedAt), scraper.remembered);
  }

  #open({ delivery }: Deadlines): readonly Route[] {
    const { outputs } = this.#parts;
    // Who is alone keeps nobody waiting.
    const patienceMs = outputs.length > 1 ? PATIENCE_MS : undefined;
    return outputs.map((output) => routeTo(output, delivery, this.#parts, patienceMs));
  }

  /** Finds the targets, and at the same time out what is remembered of them and of their metrics. */
  async #discover(deadlines: Deadlines): Promise<{
    readonly discovered: Discovered;
    /** Why it is not known what those publish that share the budget. */
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

  /** Tells outputs and state which targets there are, those that will not answer included. */
  #announce({ targets, errors }: Discovered, routes: readonly Route[], startedAt: number): void {
    // Where some targets may be missing, nothing is known of those that are gone.
    if (errors.length === 0) {
      const ids = new Set(targets.map(({ id }) => id));
      for (const route of routes) route.discovered(ids);
    }
    const seen = routes.flatMap((route) => route.seen(targets));
    this.#parts.state.see(seen, startedAt);
  }

  /** Those of the failed scrapes whose target has not just stopped with its task. */
  async #stillRunning(
    scrapes: readonly Scrape[],
    deadlines: Deadlines,
    tally: Tally,
  ): Promise<readonly Scrape[]> {
    if (scrapes.length === 0) return scrapes;
    const ids = scrapes.map(({ target }) => target.id);
    const stopped = await this.#parts.discovery.stopped(ids, deadlines.stoppedCheck());
    tally.stopped(
      scrapes.filter(({ target }) => stopped.ids.has(target.id)),
      stopped.errors,
    );
    return scrapes.filter(({ target }) => !stopped.ids.has(target.id));
  }

  /** Writes what the next cycle is to know. */
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

  /** As of when this cycle knew all targets; `undefined` where some may be missing. */
  #completedAt({ errors, refreshedAt }: Discovered, startedAt: number): number | undefined {
    if (errors.length > 0) return undefined;
    // Without clusters a discovery has nothing to refresh.
    return this.#parts.config.discovery === undefined ? startedAt : (refreshedAt ?? startedAt);
  }
}

/** What became of the state, and what of what is shared of it could not be read or written. */
function withFailures(report: StateReport, failures: readonly (string | undefined)[]): StateReport {
  const errors = failures.filter((failure) => failure !== undefined);
  return {
    ...report,
    failures: report.failures + errors.length,
    errors: [...report.errors, ...errors],
  };
}
