import type { Output } from '../model/delivery/event.ts';
import type { SampleOutput } from '../model/delivery/sample-output.ts';
import { type DropReason, Drops } from '../model/samples/drops.ts';
import type { Extras, Series, Wanted } from '../model/samples/sample.ts';
import type { Config } from '../model/settings/config.ts';
import type { Target } from '../model/targets/target.ts';
import { type Step, type Turn, TurnOverError } from '../model/waiting/turn.ts';
import type { TargetExamples } from '../report/drop-examples.ts';
import { type Explained, Explanations } from '../report/explanations.ts';
import type { ScrapeSummary, TargetOutcome } from '../report/report.ts';
import type { SilentJob } from '../report/silent-jobs.ts';
import type { Route, Share } from '../routes/routes.ts';
import { Rules } from '../rules/declare.ts';
import type { MetricBudget } from '../rules/metric-budget.ts';
import { failureOfTurn, type Scrape, type ScrapeOptions } from '../scrape/scrape.ts';
import type { SelectedSample } from '../series/convert.ts';
import { Intake } from '../series/intake.ts';
import { Labeller } from '../series/label.ts';

export interface PipelineParts {
  readonly config: Config;
  readonly outputs: readonly (Output | SampleOutput)[];
  /** Told of each sample that is dropped, for the debug log. */
  readonly onDrop?: ((reason: DropReason, series: Series, target: Target) => void) | undefined;
}

/** What a target has of the cycle's time. */
export interface Turns {
  /** Until its samples are encoded. */
  readonly turn: Turn;
  /** What all targets have for what is done when they are delivered. */
  readonly last: Turn;
}

/** One target, whose events are on their way to all outputs. */
export interface Sent {
  /** When the fate of its events is known. */
  readonly done: Promise<{ readonly scrape: ScrapeSummary; readonly outcome: TargetOutcome }>;
}

/** Takes one scraped target after the other through the stages between the scrape and the outputs. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #rules: Rules;
  readonly #intake: Intake;
  readonly #explanations: Explanations;
  /** Absent: each series is asked for, for the debug log tells what became of it. */
  readonly #wanted: Wanted | undefined;
  readonly #extras: Extras;

  constructor(parts: PipelineParts) {
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

  /** Of the rules; absent where there is none. */
  get budget(): MetricBudget | undefined {
    return this.#rules.budget;
  }

  /** Begins a cycle, at milliseconds since the epoch. */
  begin(startedAt: number): void {
    this.#rules.begin(startedAt);
    this.#explanations.begin();
  }

  /** What the stages need of a target's answer. */
  needs(target: Target): Pick<ScrapeOptions, 'wanted' | 'extras' | 'onDecode'> {
    const onDecode = () => this.#explanations.decoding(target);
    return { wanted: this.#wanted, extras: this.#extras, onDecode };
  }

  /**
   * Resolves when what a target has for the outputs is on its way to all of them.
   *
   * @param since what a target that keeps a history was asked with
   * @returns `postponed` where others wait and the target has taken its share of the time
   */
  async send(
    scraped: Scrape,
    routes: readonly Route[],
    turns: Turns,
    since?: string,
  ): Promise<Sent | 'postponed'> {
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

  /** Says why nothing is published of some jobs, and what was incomplete. */
  explain(silentJobs: readonly SilentJob[]): Explained {
    return this.#explanations.of(silentJobs);
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
    addUnseen(scrape, drops);
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
    const wanted = this.#intake.take(samples, drops, step);
    const labelled = new Labeller(target, this.#parts.config.clusterName).label(wanted);
    return [...this.#rules.declare(labelled, drops, onRefused, step)];
  }
}

interface Prepared {
  readonly scrape: Scrape;
  readonly drops: Drops;
  readonly otherDrops: Drops;
  /** One for each output, in their order; none where a defect stopped the samples. */
  readonly shares: readonly Share[];
}

/** Counts what the scrape has dropped or not decoded. */
function addUnseen({ dropped, unwanted }: Scrape, drops: Drops): void {
  for (const series of dropped) drops.add('relabeled', series);
  drops.addUnread(unwanted);
}

/** A target none of whose samples gets through, because of what was thrown. */
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
