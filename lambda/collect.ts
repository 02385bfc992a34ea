import type { Output } from './model/delivery/event.ts';
import type { SampleOutput } from './model/delivery/sample-output.ts';
import type { SharedMetrics } from './model/delivery/shared-metrics.ts';
import type { State, StateReport } from './model/delivery/state.ts';
import { type DropReason, Drops } from './model/samples/drops.ts';
import type { Extras, Series, Wanted } from './model/samples/sample.ts';
import type { Config } from './model/settings/config.ts';
import type { LeftOut } from './model/targets/left-out.ts';
import { mayBeOfStop } from './model/targets/scrape-error.ts';
import type { Target } from './model/targets/target.ts';
import { type Step, Turn, TurnOverError } from './model/waiting/turn.ts';
import { PATIENCE_MS } from './outputs/delivery/patience.ts';
import type { TargetExamples } from './report/drop-examples.ts';
import { Explanations } from './report/explanations.ts';
import {
  type CycleReport,
  type ScrapeSummary,
  Tally,
  type TargetOutcome,
} from './report/report.ts';
import { type Route, routeTo, type Share } from './routes/routes.ts';
import { Rules } from './rules/declare.ts';
import { Rounds, type VisitOptions } from './scrape/rounds.ts';
import { failureOfTurn, type Scrape, type Scraper } from './scrape/scrape.ts';
import type { SelectedSample } from './series/convert.ts';
import { Intake } from './series/intake.ts';
import { Labeller } from './series/label.ts';

/** Milliseconds of a cycle that are kept for delivering what was scraped; at most a quarter of the cycle. */
const DELIVERY_RESERVE_MS = 5_000;

/** The part of the time until then that discovery may take: where it hangs there is time for the targets that are known. */
const DISCOVERY_SHARE = 0.5;

/** Milliseconds of its history that a target is asked for of which nothing is known. */
const FIRST_HISTORY_MS = 60_000;

/** The part of that in which the ECS API may say which targets stopped. */
const STOPPED_CHECK_SHARE = 0.5;

/** The part of that which is kept for writing the state after the delivery. */
const STATE_SHARE = 0.3;

/** Where the targets come from. Errors of a cluster, a page or a task are values. */
export interface Discovery {
  discover(signal: AbortSignal): Promise<Discovered>;
  /** Which of these targets have stopped since. Never rejects. */
  stopped(targetIds: readonly string[], signal: AbortSignal): Promise<Stopped>;
}

export interface Discovered {
  readonly targets: readonly Target[];
  /** Milliseconds since the epoch: as of when the clusters' tasks are known. Absent: as of the call. */
  readonly refreshedAt?: number | undefined;
  /** Tasks and containers that were left out. */
  readonly leftOut: readonly LeftOut[];
  /** Parts of the configuration that find nothing, in words. */
  readonly idle: readonly string[];
  readonly errors: readonly { readonly message: string }[];
}

export interface Stopped {
  readonly ids: ReadonlySet<string>;
  readonly errors: readonly { readonly message: string }[];
}

export interface CollectorParts {
  readonly config: Config;
  readonly discovery: Discovery;
  readonly scraper: Pick<Scraper, 'scrape' | 'remembered'>;
  readonly state: State;
  /** With whom a `metric_budget` is shared. @default nobody */
  readonly sharedMetrics?: SharedMetrics | undefined;
  /** At least one, each with a name of its own. Every one gets everything. */
  readonly outputs: readonly (Output | SampleOutput)[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of each sample that is dropped, for the debug log. */
  readonly onDrop?: ((reason: DropReason, series: Series, target: Target) => void) | undefined;
}

/** Collects, cycle by cycle. One instance lives as long as its process: it holds what makes a warm cycle cheap. */
export class Collector {
  readonly #parts: CollectorParts;
  readonly #rules: Rules;
  readonly #intake: Intake;
  readonly #explanations: Explanations;
  /** Absent: each series is asked for, for the debug log tells what became of it. */
  readonly #wanted: Wanted | undefined;
  readonly #extras: Extras;
  /** Whether the budget has been told what was published before this collector. */
  #budgetIsTold = false;
  readonly #rounds = new Rounds();

  constructor(parts: CollectorParts) {
    this.#parts = parts;
    this.#rules = new Rules(parts.config.emf);
    const intake = new Intake(parts.config.series.typeOverrides, this.#rules);
    this.#intake = intake;
    const explanations = new Explanations(parts.config);
    this.#explanations = explanations;
    // The rules choose only for those outputs that take events.
    const receivers = parts.outputs.filter((output) => output.takes === 'samples');
    const needsAll = parts.onDrop || receivers.length > 0;
    this.#wanted = needsAll ? undefined : explanations.watching((kind) => intake.mayTake(kind));
    this.#extras = {
      texts: receivers.some(({ needs }) => needs?.texts),
      exemplars: receivers.some(({ needs }) => needs?.exemplars),
    };
  }

  /**
   * One cycle, over before `timeoutMs` milliseconds have passed: targets that hang are cut off, what was collected is
   * delivered, what was not is reported. Rejects for nothing that a target, an event or AWS does.
   *
   * @param timeoutMs whole milliseconds, from 0 to 2^31 - 1
   */
  async collect(timeoutMs: number): Promise<CycleReport> {
    const { discovery, scraper, outputs, state, now } = this.#parts;
    const startedAt = now();
    const began = performance.now();
    const tally = new Tally(startedAt);
    this.#rules.begin(startedAt);
    this.#explanations.begin();
    // Timers take whole milliseconds only.
    const reserve = Math.min(DELIVERY_RESERVE_MS, Math.ceil(timeoutMs / 4));
    const ends = AbortSignal.timeout(timeoutMs);
    const scrapingEnds = AbortSignal.timeout(timeoutMs - reserve);
    const deadline = AbortSignal.timeout(timeoutMs - Math.floor(reserve * STATE_SHARE));
    // Who is alone keeps nobody waiting.
    const patienceMs = outputs.length > 1 ? PATIENCE_MS : undefined;
    const routes = outputs.map((output) => routeTo(output, deadline, this.#parts, patienceMs));

    const budget = this.#rules.budget;
    const shared = budget && this.#parts.sharedMetrics;
    const [discovered, share] = await Promise.all([
      discovery.discover(AbortSignal.timeout(Math.ceil((timeoutMs - reserve) * DISCOVERY_SHARE))),
      shared?.begin(AbortSignal.timeout(reserve)),
      state.begin(AbortSignal.timeout(reserve)),
    ]);
    tally.discovered(discovered);
    this.#tellBudget();
    if (share !== undefined) budget?.share(share);
    // Where some targets may be missing, nothing is known of those that are gone.
    if (discovered.errors.length === 0) {
      const ids = new Set(discovered.targets.map(({ id }) => id));
      for (const route of routes) route.discovered(ids);
    }
    state.see(
      routes.flatMap((route) => route.seen(discovered.targets)),
      startedAt,
    );
    const unclear: Scrape[] = [];
    const delivered: { readonly done: Promise<TargetDone> }[] = [];
    const until = began + timeoutMs - reserve;
    const last = new Turn({ until: began + timeoutMs - Math.floor(reserve * STATE_SHARE) });
    const visit = async (target: Target, { turn, postponement }: VisitOptions) => {
      const since = target.history ? this.#since(target, routes) : undefined;
      const onDecode = () => this.#explanations.decoding(target);
      const [wanted, extras] = [this.#wanted, this.#extras];
      const options = { since, wanted, extras, onDecode, turn, postponement };
      const scrape = await scraper.scrape(target, scrapingEnds, options);
      if (mayBeOfStop(scrape.failure?.reason)) {
        unclear.push(scrape);
        return scrape;
      }
      try {
        const delivery = await this.#deliver(scrape, routes, { turn, last }, since);
        if (delivery === 'postponed') return delivery;
        delivered.push(delivery);
        return scrape;
      } finally {
        scrape.release?.();
      }
    };
    tally.greedy(await this.#rounds.run(discovered.targets, until, visit));
    for (const scrape of await this.#stillRunning(unclear, reserve, tally)) {
      const delivery = await this.#deliver(scrape, routes, { turn: last, last });
      if (delivery !== 'postponed') delivered.push(delivery);
    }
    tally.budget(budget?.report());
    tally.delivered(await Promise.all(routes.map((route) => route.close())));
    for (const { done } of delivered) {
      const { scrape, outcome } = await done;
      tally.target(scrape, outcome);
    }
    tally.explained(this.#explanations.of(tally.silentJobs()));
    const completedAt = this.#completedAt(discovered, startedAt);
    const knownMetrics = budget?.export();
    const [kept, untold] = await Promise.all([
      state.end({ now: now(), completedAt, knownMetrics }, ends),
      budget && shared?.end(budget.exportFresh(), ends),
    ]);
    tally.kept(withFailures(kept, [share?.failure, untold]));
    return tally.report(Math.max(now(), startedAt), scraper.remembered);
  }

  #tellBudget(): void {
    const { state } = this.#parts;
    if (this.#budgetIsTold || !state.isKnown) return;
    if (state.knownMetrics !== undefined) this.#rules.budget?.import(state.knownMetrics);
    this.#budgetIsTold = true;
  }

  /** As of when this cycle knew all targets; `undefined` where some may be missing. */
  #completedAt({ errors, refreshedAt }: Discovered, startedAt: number): number | undefined {
    if (errors.length > 0) return undefined;
    // Without clusters a discovery has nothing to refresh.
    return this.#parts.config.discovery === undefined ? startedAt : (refreshedAt ?? startedAt);
  }

  /**
   * Since when a target is to tell what it sampled: what all outputs have. A first scrape asks for what was sampled since the
   * collector knows of its task, else for the last minute: others may have published what is older.
   */
  #since({ id }: Target, routes: readonly Route[]): string {
    const cursors = routes.map((route) => {
      const { cursor, baseline = this.#parts.now() - FIRST_HISTORY_MS } = route.past(id);
      return cursor ?? String(baseline / 1000);
    });
    return cursors.reduce((one, other) => (Number(other) < Number(one) ? other : one));
  }

  /** Those of the failed scrapes whose target has not just stopped with its task. */
  async #stillRunning(
    scrapes: readonly Scrape[],
    reserve: number,
    tally: Tally,
  ): Promise<readonly Scrape[]> {
    if (scrapes.length === 0) return scrapes;
    const signal = AbortSignal.timeout(Math.ceil(reserve * STOPPED_CHECK_SHARE));
    const ids = scrapes.map(({ target }) => target.id);
    const stopped = await this.#parts.discovery.stopped(ids, signal);
    tally.stopped(
      scrapes.filter(({ target }) => stopped.ids.has(target.id)),
      stopped.errors,
    );
    return scrapes.filter(({ target }) => !stopped.ids.has(target.id));
  }

  /** Resolves when what a target has for the outputs is on its way to all of them; `done` when it has arrived. */
  async #deliver(
    scraped: Scrape,
    routes: readonly Route[],
    turns: Turns,
    since?: string,
  ): Promise<{ readonly done: Promise<TargetDone> } | 'postponed'> {
    const { scrape, drops, otherDrops, shares } = this.#prepare(scraped, routes, turns, since);
    if (scrape.failure?.reason === 'postponed') return 'postponed';
    const { samples, dropped, unwanted, release: _, ...rest } = scrape;
    const sampleCount = samples.length + dropped.length + unwanted;
    const summary = { ...rest, sampleCount };
    const events = Math.max(0, ...shares.map((share) => share.events));
    const writes = await Promise.all(
      shares.map(async (share) => {
        await share.ready();
        return { outcome: share.write() };
      }),
    );
    // Some are known to be dropped only when they are written.
    const sums = { events, offered: sampleCount - drops.total, drops, otherDrops };
    const done = Promise.all(writes.map(({ outcome }) => outcome)).then((outcomes) => ({
      scrape: summary,
      outcome: { ...sums, outcomes },
    }));
    return { done };
  }

  /** What one target has for the outputs. A defect at one target's samples must not cost the other targets theirs. */
  #prepare(
    scrape: Scrape,
    routes: readonly Route[],
    { turn, last }: Turns,
    since: string | undefined,
  ): Prepared {
    const { onDrop } = this.#parts;
    const { target } = scrape;
    const examples = this.#explanations.for(target);
    const drops = new Drops(
      onDrop && ((reason, series) => onDrop(reason, series, target)),
      examples?.dropped,
    );
    const otherDrops = new Drops();
    for (const series of scrape.dropped) drops.add('relabeled', series);
    drops.addUnread(scrape.unwanted);
    let known: readonly SelectedSample[] | undefined;
    const declared = (own: Drops) => {
      known ??= this.#declare(scrape, turn.step, own, examples?.refused);
      return known;
    };
    const collected = { scrape, since, declared, step: turn.step, stepOfWriting: last.step };
    turn.begin();
    try {
      // Samples are counted once, as the first output has them; what the others lose is counted apart.
      const shares = routes.map((route, index) =>
        route.share(collected, index === 0 ? drops : otherDrops),
      );
      return { scrape, drops, otherDrops, shares };
    } catch (error) {
      const isOver = error instanceof TurnOverError;
      const failure = isOver
        ? failureOfTurn(error)
        : ({ reason: 'internal', message: String(error) } as const);
      const lost = new Drops();
      for (const series of scrape.dropped) lost.add('relabeled', series);
      lost.addUnread(scrape.unwanted);
      for (const { series } of scrape.samples) lost.add(isOver ? 'deadline' : 'internal', series);
      return { scrape: { ...scrape, failure }, drops: lost, otherDrops: new Drops(), shares: [] };
    } finally {
      turn.end();
    }
  }

  /** The stages between the scrape and the outputs that make events of it. */
  #declare(
    { target, samples }: Scrape,
    step: Step,
    drops: Drops,
    onRefused?: TargetExamples['refused'],
  ): readonly SelectedSample[] {
    const wanted = this.#intake.take(samples, drops, step);
    const labelled = new Labeller(target, this.#parts.config.clusterName).label(wanted);
    return [...this.#rules.declare(labelled, drops, onRefused, step)];
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

/** What a target has of the cycle's time. */
interface Turns {
  /** Until its samples are encoded. */
  readonly turn: Turn;
  /** What all targets have for what is done when they are delivered. */
  readonly last: Turn;
}

interface Prepared {
  readonly scrape: Scrape;
  readonly drops: Drops;
  readonly otherDrops: Drops;
  /** One for each output, in their order; none where a defect stopped the samples. */
  readonly shares: readonly Share[];
}

/** One target when the fate of its events is known. */
interface TargetDone {
  readonly scrape: ScrapeSummary;
  readonly outcome: TargetOutcome;
}
