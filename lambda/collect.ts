import pMap from 'p-map';
import { destinationBy } from './emf/destination.ts';
import { encode } from './emf/encode.ts';
import type { Config } from './model/config.ts';
import { type DropReason, Drops } from './model/drops.ts';
import type { Delivery, DeliveryOutcome, LogEvent, Output, RejectReason } from './model/event.ts';
import { isCumulative, type Labels, type Sample, type Series } from './model/sample.ts';
import type { Advance, Previous, State } from './model/state.ts';
import type { Target } from './model/target.ts';
import { type CycleReport, type ScrapeSummary, Tally, type TargetOutcome } from './report.ts';
import { Rules } from './rules/declare.ts';
import type { Scrape, Scraper } from './scrape/scrape.ts';
import type { ScrapeFailure } from './scrape/scrape-error.ts';
import { convert } from './series/convert.ts';
import { Labeller } from './series/label.ts';

/** Targets that are scraped at a time. */
const CONCURRENCY = 64;

/** Milliseconds of a cycle that are kept for delivering what was scraped; at most a quarter of the cycle. */
const DELIVERY_RESERVE_MS = 5_000;

/** The part of that in which the ECS API may say which targets stopped. */
const STOPPED_CHECK_SHARE = 0.5;

/** The part of that which is kept for writing the state after the delivery. */
const STATE_SHARE = 0.3;

/** Failures of a scrape that a task which stops can be the reason of: nothing answers any more, or it breaks off. */
const FAILURES_OF_A_STOP: ReadonlySet<ScrapeFailure> = new Set([
  'dns',
  'connect_refused',
  'connect_timeout',
  'connection_lost',
  'timeout',
  'deadline',
  'truncated',
]);

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
  /** Tasks and containers that were left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
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
  readonly output: Output;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of each sample that is dropped, for the debug log. */
  readonly onDrop?: ((reason: DropReason, series: Series, target: Target) => void) | undefined;
}

/** Collects, cycle by cycle. One instance lives as long as its process: it holds what makes a warm cycle cheap. */
export class Collector {
  readonly #parts: CollectorParts;
  readonly #rules: Rules;

  constructor(parts: CollectorParts) {
    this.#parts = parts;
    this.#rules = new Rules(parts.config.emf);
  }

  /**
   * One cycle, over before `timeoutMs` milliseconds have passed: targets that hang are cut off, what was collected is
   * delivered, what was not is reported. Rejects for nothing that a target, an event or AWS does.
   *
   * @param timeoutMs whole milliseconds, from 0 to 2^31 - 1
   */
  async collect(timeoutMs: number): Promise<CycleReport> {
    const { discovery, scraper, output, state, now } = this.#parts;
    const startedAt = now();
    const tally = new Tally(startedAt);
    // Timers take whole milliseconds only.
    const reserve = Math.min(DELIVERY_RESERVE_MS, Math.ceil(timeoutMs / 4));
    const ends = AbortSignal.timeout(timeoutMs);
    const scrapingEnds = AbortSignal.timeout(timeoutMs - reserve);
    const delivery = output.open(
      AbortSignal.timeout(timeoutMs - Math.floor(reserve * STATE_SHARE)),
    );

    const [discovered] = await Promise.all([
      discovery.discover(scrapingEnds),
      state.begin(AbortSignal.timeout(reserve)),
    ]);
    tally.discovered(discovered);
    state.see(discovered.targets, startedAt);
    const unclear: Scrape[] = [];
    const delivered = await pMap(
      discovered.targets,
      async (target) => {
        const scrape = await scraper.scrape(target, scrapingEnds);
        if (!mayHaveStopped(scrape)) return this.#deliver(scrape, delivery);
        unclear.push(scrape);
        return undefined;
      },
      { concurrency: CONCURRENCY },
    );
    for (const scrape of await this.#stillRunning(unclear, reserve, tally)) {
      delivered.push(await this.#deliver(scrape, delivery));
    }
    tally.delivered(await delivery.close());
    for (const target of delivered) {
      if (target === undefined) continue;
      const { scrape, outcome } = await target.done;
      tally.target(scrape, outcome);
    }
    const completedAt = this.#completedAt(discovered, startedAt);
    tally.kept(await state.end({ now: now(), completedAt }, ends));
    return tally.report(now(), scraper.remembered);
  }

  /** As of when this cycle knew all targets; `undefined` where some may be missing. */
  #completedAt({ errors, refreshedAt }: Discovered, startedAt: number): number | undefined {
    if (errors.length > 0) return undefined;
    // Without clusters a discovery has nothing to refresh.
    return this.#parts.config.discovery === undefined ? startedAt : (refreshedAt ?? startedAt);
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

  /** Resolves when the events of a target are on their way; `done` when they have arrived. */
  async #deliver(
    scraped: Scrape,
    delivery: Delivery,
  ): Promise<{ readonly done: Promise<TargetDone> }> {
    const { state } = this.#parts;
    const { scrape, events, updates, drops } = this.#prepare(scraped);
    const advance = advanceOf(scrape, updates);
    const { samples, dropped, ...rest } = scrape;
    const sampleCount = samples.length + dropped.length;
    const summary = { ...rest, sampleCount };
    const sums = { events: events.length, offered: sampleCount - drops.total, drops };
    await delivery.ready();
    const done = delivery.write(events).then((outcome) => {
      if (advance !== undefined && isSettled(outcome)) state.commit(summary.target.id, advance);
      return { scrape: summary, outcome: { ...sums, outcome } };
    });
    return { done };
  }

  /** What one target has for the delivery. A defect at one target's samples must not cost the other targets theirs. */
  #prepare(scrape: Scrape): Prepared {
    const { onDrop } = this.#parts;
    const drops = new Drops(onDrop && ((reason, series) => onDrop(reason, series, scrape.target)));
    for (const series of scrape.dropped) drops.add('relabeled', series);
    try {
      return { scrape, drops, ...this.#eventsOf(scrape, drops) };
    } catch (error) {
      const failure = { reason: 'internal', message: String(error) } as const;
      const lost = new Drops();
      for (const series of scrape.dropped) lost.add('relabeled', series);
      for (const { series } of scrape.samples) lost.add('internal', series);
      return { scrape: { ...scrape, failure }, drops: lost, events: [], updates: new Map() };
    }
  }

  /** The stages between the scrape and the delivery. */
  #eventsOf(
    { target, startedAt, samples }: Scrape,
    drops: Drops,
  ): Pick<Prepared, 'events' | 'updates'> {
    const { config, state } = this.#parts;
    const wanted = this.#wanted(samples, drops);
    const labelled = label(wanted, new Labeller(target, config.clusterName));
    const declared = this.#rules.declare(labelled, drops);
    const { points, updates } = convert(declared, state.of(target.id).series, startedAt, drops);
    const events = encode(points, config.emf, destinationBy(config.logs.group), drops);
    return { events, updates };
  }

  /**
   * A first, cheap choice by name: most of what targets send is wanted by no declaration. Then, where the state cannot be
   * read, without the series that mean nothing without their past: what they grew by is in the next difference.
   */
  *#wanted(samples: readonly Sample[], drops: Drops): Generator<Sample> {
    const { isKnown } = this.#parts.state;
    for (const sample of samples) {
      const { series } = sample;
      if (!this.#rules.mayWant(series.name)) drops.add('no_declaration', series);
      else if (!isKnown && isCumulative(series)) drops.add('no_state', series);
      else yield sample;
    }
  }
}

function mayHaveStopped({ failure }: Scrape): boolean {
  return failure !== undefined && FAILURES_OF_A_STOP.has(failure.reason);
}

interface Prepared {
  readonly scrape: Scrape;
  readonly events: readonly LogEvent[];
  /** What the state must hold once the events were accepted. */
  readonly updates: ReadonlyMap<string, Previous>;
  readonly drops: Drops;
}

/** One target when the fate of its events is known. */
interface TargetDone {
  readonly scrape: ScrapeSummary;
  readonly outcome: TargetOutcome;
}

/** What no further attempt would change, for it lies in the event. */
const FINAL: ReadonlySet<RejectReason> = new Set(['too_old', 'too_new', 'expired', 'too_large']);

/**
 * Whether the state may advance. An event that can still be accepted keeps it back, so that the next difference covers
 * what is missing; one that never will would keep it back for ever, and with it what was accepted beside it.
 */
function isSettled({ rejected }: DeliveryOutcome): boolean {
  return [...rejected.keys()].every((reason) => FINAL.has(reason));
}

/** What the state advances to once the target's events are settled; nothing where it was not scraped. */
function advanceOf(
  { failure, samples, startedAt, durationMs }: Scrape,
  updates: ReadonlyMap<string, Previous>,
): Advance | undefined {
  if (failure !== undefined) return undefined;
  let collectedUntil: number | undefined;
  for (const { timestamp } of samples) {
    // A clock that is ahead would skip the points until then: those are asked for again.
    if (timestamp === undefined || timestamp > startedAt + durationMs) continue;
    if (collectedUntil === undefined || timestamp > collectedUntil) collectedUntil = timestamp;
  }
  return { updates, scrapedAt: startedAt, collectedUntil };
}

function* label(
  samples: Iterable<Sample>,
  labeller: Labeller,
): Generator<Sample & { labels: Labels }> {
  for (const sample of samples) yield { ...sample, labels: labeller.of(sample.series) };
}
