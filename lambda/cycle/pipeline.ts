import type { AnyOutput } from '../model/delivery/any-output.ts';
import { type DropReason, Drops } from '../model/samples/drops.ts';
import type { Extras, Series, Wanted } from '../model/samples/sample.ts';
import type { Config } from '../model/settings/config.ts';
import type { Refusal } from '../model/targets/division.ts';
import type { Target } from '../model/targets/target.ts';
import { type Step, type Turn, TurnOverError } from '../model/waiting/turn.ts';
import type { TargetExamples } from '../report/drop-examples.ts';
import { type Explained, Explanations } from '../report/explanations.ts';
import type { ScrapeSummary, TargetOutcome } from '../report/report.ts';
import type { SilentJob } from '../report/silent-jobs.ts';
import type { Route, Share } from '../routes/route.ts';
import { Rules } from '../rules/declare.ts';
import type { MetricBudget } from '../rules/metric-budget.ts';
import type { ReadOptions } from '../scrape/reader.ts';
import { failureOfTurn, type Scrape } from '../scrape/scrape.ts';
import type { SelectedSample } from '../series/convert.ts';
import { Labeller } from '../series/label.ts';
import { NameFilter } from '../series/name-filter.ts';

export interface PipelineParts {
  readonly config: Config;
  readonly outputs: readonly AnyOutput[];
  /** Receives each dropped sample, for the debug log. */
  readonly onDrop?: ((reason: DropReason, series: Series, target: Target) => void) | undefined;
}

/** One target's shares of the process's time in a cycle. */
export interface Turns {
  /** For the work until its samples are encoded. */
  readonly turn: Turn;
  /** For the work during delivery, which all targets share. */
  readonly last: Turn;
}

/** One target whose events are on their way to all outputs. */
export interface Sent {
  /** Resolves when each event was accepted or rejected. */
  readonly done: Promise<{ readonly scrape: ScrapeSummary; readonly outcome: TargetOutcome }>;
  /** For each output, in their order: whether no further sample of the target will come. */
  readonly settled: readonly Promise<boolean>[];
}

/** Options of one target beside its scrape. */
export interface SendOptions {
  /** The cursor of the request, for a target that keeps a history. */
  readonly since?: string | undefined;
  /** The tasks that a daemon reported: its cursor must not advance without them. @default none */
  readonly after?: readonly Sent[];
  /** Samples of a daemon that count for other targets. @default none */
  readonly unused?: readonly Refusal[];
}

/** Takes one scraped target after the other through the stages between the scrape and the outputs. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #rules: Rules;
  readonly #nameFilter: NameFilter;
  readonly #explanations: Explanations;
  /** Absent with a debug log, which needs every series. */
  readonly #wanted: Wanted | undefined;
  readonly #extras: Extras;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#rules = new Rules(parts.config.emf);
    const filter = new NameFilter(parts.config.series.typeOverrides, this.#rules);
    this.#nameFilter = filter;
    const explanations = new Explanations(parts.config);
    this.#explanations = explanations;
    // Only outputs of events and metrics use the rules.
    const receivers = parts.outputs.filter((output) => output.takes === 'samples');
    const needsAll = parts.onDrop || receivers.length > 0;
    this.#wanted = needsAll
      ? undefined
      : explanations.watching((kind, step) => filter.mayTake(kind, step));
    this.#extras = {
      texts: receivers.some(({ needs }) => needs?.texts),
      exemplars: receivers.some(({ needs }) => needs?.exemplars),
    };
  }

  /** The budget of the rules; absent without one. */
  get budget(): MetricBudget | undefined {
    return this.#rules.budget;
  }

  /** Begins a cycle, at milliseconds since the epoch. */
  begin(startedAt: number): void {
    this.#rules.begin(startedAt);
    this.#explanations.begin();
  }

  /** The parts of a target's answer that the stages need. */
  needs(target: Target): Pick<ReadOptions, 'wanted' | 'extras' | 'onDecode'> {
    const onDecode = () => this.#explanations.decoding(target);
    return { wanted: this.#wanted, extras: this.#extras, onDecode };
  }

  /**
   * Resolves when the samples of a target are on their way to all outputs.
   *
   * @returns `postponed` if others wait and the target has used its share of the time
   */
  async send(
    scraped: Scrape,
    routes: readonly Route[],
    turns: Turns,
    { since, after, unused = [] }: SendOptions = {},
  ): Promise<Sent | 'postponed'> {
    const prepared = this.#prepare(scraped, routes, turns, since);
    const { scrape, drops, otherDrops, shares } = prepared;
    if (scrape.failure?.reason === 'postponed') return 'postponed';
    for (const { reason, series } of unused) for (const each of series) drops.add(reason, each);
    const { samples, dropped, unwanted, release: _, parts: __, refusals: ___, ...rest } = scrape;
    const refused = unused.reduce((sum, { series }) => sum + series.length, 0);
    const sampleCount = samples.length + dropped.length + unwanted + refused;
    const summary = { ...rest, sampleCount };
    const events = Math.max(0, ...shares.map((share) => share.events));
    const writes = await Promise.all(
      shares.map(async (share, index) => {
        await share.ready();
        return share.write(after && allSettled(after, index));
      }),
    );
    const settled = routes.map((_, index) => writes[index]?.isSettled ?? Promise.resolve(false));
    // Some drops become known only during the write.
    const sums = { events, offered: sampleCount - drops.total, drops, otherDrops };
    const done = Promise.all(writes.map(({ outcome }) => outcome)).then((outcomes) => ({
      scrape: summary,
      outcome: { ...sums, outcomes },
    }));
    return { done, settled };
  }

  /** Explains why nothing is published of some jobs, and which labels were missing. */
  explain(silentJobs: readonly SilentJob[]): Explained {
    return this.#explanations.of(silentJobs);
  }

  /** Prepares the shares of one target. Catches errors at its samples, so that the other targets go on. */
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
    addUnseen(scrape, drops);
    let known: readonly SelectedSample[] | undefined;
    const declared = (own: Drops) => {
      known ??= this.#declare(scrape, turn.step, own, examples?.refused);
      return known;
    };
    const collected = { scrape, since, declared, step: turn.step, stepOfWriting: last.step };
    turn.begin();
    try {
      // Samples are counted once, as the first output gets them; drops of the others are counted apart.
      const shares = routes.map((route, index) =>
        route.share(collected, index === 0 ? drops : otherDrops),
      );
      return { scrape, drops, otherDrops, shares };
    } catch (error) {
      return lost(scrape, error);
    } finally {
      turn.end();
    }
  }

  #declare(
    { target, samples }: Scrape,
    step: Step,
    drops: Drops,
    onRefused?: TargetExamples['refused'],
  ): readonly SelectedSample[] {
    const wanted = this.#nameFilter.take(samples, drops, step);
    const labelled = new Labeller(target, this.#parts.config.clusterName, step).label(wanted);
    return [...this.#rules.declare(labelled, drops, onRefused, step)];
  }
}

/** Whether an output will get no further samples of these targets. */
async function allSettled(targets: readonly Sent[], output: number): Promise<boolean> {
  const each = await Promise.all(targets.map(({ settled }) => settled[output]));
  return each.every((isSettled) => isSettled === true);
}

interface Prepared {
  readonly scrape: Scrape;
  readonly drops: Drops;
  readonly otherDrops: Drops;
  /** One for each output, in their order; empty after a defect. */
  readonly shares: readonly Share[];
}

/** Counts the samples that the scrape dropped or did not decode. */
function addUnseen({ dropped, unwanted }: Scrape, drops: Drops): void {
  for (const series of dropped) drops.add('relabeled', series);
  drops.addUnread(unwanted);
}

/** The result of a target whose samples are all lost by an error. */
function lost(scrape: Scrape, error: unknown): Prepared {
  const isOver = error instanceof TurnOverError;
  const failure = isOver
    ? failureOfTurn(error)
    : ({ reason: 'internal', message: String(error) } as const);
  const drops = new Drops();
  addUnseen(scrape, drops);
  for (const { series } of scrape.samples) drops.add(isOver ? 'deadline' : 'internal', series);
  return { scrape: { ...scrape, failure }, drops, otherDrops: new Drops(), shares: [] };
}
