import { destinationBy } from '../emf/destination.ts';
import { encode } from '../emf/encode.ts';
import type {
  Delivery,
  DeliveryOutcome,
  DeliveryReport,
  LogEvent,
  Output,
} from '../model/delivery/event.ts';
import type {
  SampleDelivery,
  SampleOutput,
  TargetSamples,
} from '../model/delivery/sample-output.ts';
import {
  type Advance,
  type SeenTarget,
  type State,
  stateKey,
  type TargetPast,
} from '../model/delivery/state.ts';
import type { Drops } from '../model/samples/drops.ts';
import type { Sample } from '../model/samples/sample.ts';
import type { Config } from '../model/settings/config.ts';
import type { Target } from '../model/targets/target.ts';
import { type Step, TurnOverError } from '../model/waiting/turn.ts';
import type { Scrape } from '../scrape/scrape.ts';
import { convert, type SelectedSample } from '../series/convert.ts';
import { Precision } from '../series/precision.ts';
import { FINAL_OF_SAMPLES, isRefusedForItsTime, isSettled } from './settled.ts';

/** One target's samples on their way to all outputs. */
export interface Collected {
  readonly scrape: Scrape;
  /** The cursor of the request, for a target that keeps a history. */
  readonly since: string | undefined;
  /** The samples that the rules select, computed once for all outputs; the others go into `drops`. */
  readonly declared: (drops: Drops) => readonly SelectedSample[];
  /** Called for each item of work, now and during the write; an error that it throws ends the work. */
  readonly step: Step;
  readonly stepOfWriting: Step;
}

/** The part of one target's samples that one output gets. */
export interface Share {
  /** Number of log events. */
  readonly events: number;
  /** Resolves when the output has room for it. */
  ready(): Promise<void>;
  /**
   * Delivers the share, and advances the state when all of it is settled. While it waits, it holds neither samples nor
   * events, which would be the memory of a whole cycle.
   *
   * @param others whether the other data that the state waits for is settled. @default there is none
   */
  write(others?: Promise<boolean>): Written;
}

/** A share on its way. */
export interface Written {
  readonly outcome: Promise<DeliveryOutcome>;
  /** Whether no further attempt would change anything. */
  readonly isSettled: Promise<boolean>;
}

/** An output in one cycle: its shares of the targets, and its state. */
export interface Route {
  /** Passes on all current targets, if the list is complete. */
  discovered(targetIds: ReadonlySet<string>): void;
  /** The targets that this output has state for, under the names of the state. */
  seen(targets: readonly Target[]): readonly SeenTarget[];
  /** The state of a target for this output. */
  past(targetId: string): TargetPast;
  /** The share of this output. Samples that cannot be published go into `drops`, at the latest during the write. */
  share(collected: Collected, drops: Drops): Share;
  close(): Promise<DeliveryReport>;
}

/** The parts that the routes of a cycle share. */
export interface RouteContext {
  readonly config: Pick<Config, 'logs' | 'emf' | 'series'>;
  readonly state: State;
}

/**
 * Opens an output for one cycle.
 *
 * @param deadline rejects everything that is not accepted by then
 * @param patienceMs as in `Output.open`
 */
export function routeTo(
  output: Output | SampleOutput,
  deadline: AbortSignal,
  context: RouteContext,
  patienceMs?: number,
): Route {
  return output.takes === 'samples'
    ? new SampleRoute(output.name, output.open(deadline, patienceMs), context.state)
    : new EventRoute(output, output.open(deadline, patienceMs), context);
}

/** Sends differences of counters, as EMF. */
class EventRoute implements Route {
  readonly #output: Output;
  readonly #delivery: Delivery;
  readonly #context: RouteContext;
  readonly #precision: Precision;

  constructor(output: Output, delivery: Delivery, context: RouteContext) {
    this.#output = output;
    this.#delivery = delivery;
    this.#context = context;
    this.#precision = new Precision(context.config.series.valuePrecision);
  }

  /** Events need no list of targets. */
  discovered(): void {}

  seen(targets: readonly Target[]): readonly SeenTarget[] {
    return targets.map((target) => seenFor(this.#output.name, target));
  }

  past(targetId: string): TargetPast {
    return this.#context.state.of(stateKey(this.#output.name, targetId));
  }

  share({ scrape, declared, step }: Collected, drops: Drops): Share {
    const { target, startedAt, failure, cursor } = scrape;
    const { config, state } = this.#context;
    const comparison = {
      scrapedAt: startedAt,
      overlapMs: state.overlapMs,
      past: state.isKnown ? this.past(target.id) : undefined,
      targetStart: target.startedAt,
      firstSample: config.series.firstSample,
      precision: this.#precision,
      step,
    };
    const { points, updates } = convert(declared(drops), comparison, drops);
    const destinationOf = destinationBy(config.logs.group);
    const events = encode(
      points,
      config.emf,
      destinationOf,
      drops,
      this.#output.maxEventBytes,
      step,
    );
    // A failed scrape leaves the state of its target unchanged.
    const advance = failure === undefined ? { updates, scrapedAt: startedAt, cursor } : undefined;
    return {
      events: events.length,
      ready: () => this.#delivery.ready(),
      write: (others) => this.#write(events, target.id, advance, others),
    };
  }

  close(): Promise<DeliveryReport> {
    return this.#delivery.close();
  }

  #write(
    events: readonly LogEvent[],
    targetId: string,
    advance: Advance | undefined,
    others?: Promise<boolean>,
  ): Written {
    const outcome = this.#delivery.write(events);
    if (advance === undefined) return unsettled(outcome);
    const key = stateKey(this.#output.name, targetId);
    const time = Math.floor(advance.scrapedAt);
    const haveOwnTimes = events.some(({ timestamp }) => timestamp !== time);
    const isSettledNow = (delivered: DeliveryOutcome) =>
      isSettled(delivered) && (haveOwnTimes || !isRefusedForItsTime(delivered));
    const commit = () => this.#context.state.commit(key, advance);
    return thenCommit(outcome, isSettledNow, commit, others);
  }
}

/** Sends samples as scraped, without state for series: the state is only the cursor of a target's history. */
class SampleRoute implements Route {
  readonly #name: string;
  readonly #delivery: SampleDelivery;
  readonly #state: State;

  constructor(name: string, delivery: SampleDelivery, state: State) {
    this.#name = name;
    this.#delivery = delivery;
    this.#state = state;
  }

  discovered(targetIds: ReadonlySet<string>): void {
    this.#delivery.discovered(targetIds);
  }

  seen(targets: readonly Target[]): readonly SeenTarget[] {
    return targets.filter(({ history }) => history).map((target) => seenFor(this.#name, target));
  }

  past(targetId: string): TargetPast {
    return this.#state.of(stateKey(this.#name, targetId));
  }

  share({ scrape, since, stepOfWriting: step }: Collected, drops: Drops): Share {
    const { target } = scrape;
    const { cursor } = target.history ? this.past(target.id) : {};
    const samples = notBefore(scrape.samples, cursor, since);
    return {
      events: 0,
      ready: () => this.#delivery.ready(),
      write: (others) => this.#write({ ...scrape, samples, step }, drops, others),
    };
  }

  close(): Promise<DeliveryReport> {
    return this.#delivery.close();
  }

  #write(scrape: Scrape & TargetSamples, drops: Drops, others?: Promise<boolean>): Written {
    const { target, startedAt, failure, cursor } = scrape;
    const outcome = this.#written(scrape, drops);
    if (failure !== undefined) return unsettled(outcome);
    const isSettledNow = (delivered: DeliveryOutcome) => isSettled(delivered, FINAL_OF_SAMPLES);
    const key = stateKey(this.#name, target.id);
    const commit = () => {
      if (!target.history || cursor === undefined) return;
      this.#state.commit(key, { updates: new Map(), scrapedAt: startedAt, cursor });
    };
    return thenCommit(outcome, isSettledNow, commit, others);
  }

  /** Catches errors at one target's samples, so that the other targets go on. */
  #written(scrape: TargetSamples, drops: Drops): Promise<DeliveryOutcome> {
    const before = drops.total;
    try {
      return this.#delivery.write(scrape, drops);
    } catch (error) {
      const known = drops.total - before;
      const reason = error instanceof TurnOverError ? 'deadline' : 'internal';
      for (const { series } of scrape.samples.slice(known)) drops.add(reason, series);
      return Promise.resolve({ accepted: 0, rejected: new Map() });
    }
  }
}

function seenFor(output: string, { id, startedAt }: Target): SeenTarget {
  return { id: stateKey(output, id), startedAt };
}

/**
 * Commits if the state may advance. A rejection that a retry may mend holds the state back, so that the next cycle
 * covers the missing part; a final one must not hold it back for ever.
 */
function thenCommit(
  delivered: Promise<DeliveryOutcome>,
  isSettledNow: (outcome: DeliveryOutcome) => boolean,
  commit: () => void,
  others?: Promise<boolean>,
): Written {
  const settled = delivered.then(async (outcome) => {
    const isSettledHere = isSettledNow(outcome) && ((await others) ?? true);
    if (isSettledHere) commit();
    return isSettledHere;
  });
  // Callers that await the outcome then see the new state.
  const outcome = settled.then(() => delivered);
  return { outcome, isSettled: settled };
}

/** Of a target that failed: what else it has is to be asked for again. */
function unsettled(outcome: Promise<DeliveryOutcome>): Written {
  return { outcome, isSettled: Promise.resolve(false) };
}

/**
 * Drops the points of a history that this output has already got. The target sends them again for another output, and
 * receivers refuse a time that is not after the last one.
 */
function notBefore(
  samples: readonly Sample[],
  cursor: string | undefined,
  since: string | undefined,
): readonly Sample[] {
  if (cursor === undefined || since === undefined || Number(since) >= Number(cursor)) {
    return samples;
  }
  const until = Number(cursor) * 1000;
  return samples.filter(({ timestamp }) => timestamp === undefined || timestamp > until);
}
