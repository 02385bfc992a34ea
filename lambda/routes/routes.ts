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
import { FINAL_OF_SAMPLES, isRefusedForItsTime, isSettled } from './settled.ts';

/** One target's samples on their way to all outputs. */
export interface Collected {
  readonly scrape: Scrape;
  /** What a target that keeps a history was asked with. */
  readonly since: string | undefined;
  /** The samples that the rules want, which are worked out once; the others are added to `drops` then. */
  readonly declared: (drops: Drops) => readonly SelectedSample[];
  /** Called for each item that is worked on now, and when the share is written; what they throw ends the work. */
  readonly step: Step;
  readonly stepOfWriting: () => void;
}

/** What one output gets of one target. */
export interface Share {
  /** How many log events. */
  readonly events: number;
  /** Resolves when there is room for it. */
  ready(): Promise<void>;
  /**
   * Delivers it, and lets the state advance when all of it is settled. Holds on to neither samples nor events while it
   * waits, which would be the memory of a whole cycle.
   */
  write(): Promise<DeliveryOutcome>;
}

/** An output in one cycle: what it gets of each target, and what is remembered for it. */
export interface Route {
  /** Says which targets there are, where all are known. */
  discovered(targetIds: ReadonlySet<string>): void;
  /** Those targets of which something is remembered for this output, under the names by which it is. */
  seen(targets: readonly Target[]): readonly SeenTarget[];
  /** What is remembered of a target for this output. */
  past(targetId: string): TargetPast;
  /** What of a target cannot be published is added to `drops`, at the latest when the share is written. */
  share(collected: Collected, drops: Drops): Share;
  close(): Promise<DeliveryReport>;
}

/** What the routes of a cycle have in common. */
export interface RouteContext {
  readonly config: Pick<Config, 'logs' | 'emf' | 'series'>;
  readonly state: State;
}

/**
 * Opens an output for one cycle.
 *
 * @param deadline what is not accepted by then is rejected
 * @param patienceMs as of `Output.open`
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

/** Differences of counters, as EMF. */
class EventRoute implements Route {
  readonly #output: Output;
  readonly #delivery: Delivery;
  readonly #context: RouteContext;

  constructor(output: Output, delivery: Delivery, context: RouteContext) {
    this.#output = output;
    this.#delivery = delivery;
    this.#context = context;
  }

  /** An event stands for itself. */
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
    // A failed scrape says nothing of what there is of its target.
    const advance = failure === undefined ? { updates, scrapedAt: startedAt, cursor } : undefined;
    return {
      events: events.length,
      ready: () => this.#delivery.ready(),
      write: () => this.#write(events, target.id, advance),
    };
  }

  close(): Promise<DeliveryReport> {
    return this.#delivery.close();
  }

  #write(events: readonly LogEvent[], targetId: string, advance: Advance | undefined) {
    const outcome = this.#delivery.write(events);
    if (advance === undefined) return outcome;
    const key = stateKey(this.#output.name, targetId);
    const time = Math.floor(advance.scrapedAt);
    const haveOwnTimes = events.some(({ timestamp }) => timestamp !== time);
    const isSettledNow = (delivered: DeliveryOutcome) =>
      isSettled(delivered) && (haveOwnTimes || !isRefusedForItsTime(delivered));
    return thenCommit(outcome, isSettledNow, () => this.#context.state.commit(key, advance));
  }
}

/**
 * Samples as they were scraped, for which nothing of a series has to be remembered: only up to where a target that keeps a
 * history has told it.
 */
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
      write: () => this.#write({ ...scrape, samples, step }, drops),
    };
  }

  close(): Promise<DeliveryReport> {
    return this.#delivery.close();
  }

  #write(scrape: Scrape & TargetSamples, drops: Drops): Promise<DeliveryOutcome> {
    const { target, startedAt, failure, cursor } = scrape;
    const outcome = this.#written(scrape, drops);
    if (failure !== undefined || !target.history || cursor === undefined) return outcome;
    const key = stateKey(this.#name, target.id);
    const advance = { updates: new Map(), scrapedAt: startedAt, cursor };
    const isSettledNow = (delivered: DeliveryOutcome) => isSettled(delivered, FINAL_OF_SAMPLES);
    return thenCommit(outcome, isSettledNow, () => this.#state.commit(key, advance));
  }

  /** A defect at one target's samples must not cost the other targets theirs. */
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
 * Commits if the state may advance. What can still be accepted keeps it back, so that the next cycle covers what is
 * missing; what never will would keep it back for ever, and with it what was accepted beside it.
 */
async function thenCommit(
  delivered: Promise<DeliveryOutcome>,
  isSettledNow: (outcome: DeliveryOutcome) => boolean,
  commit: () => void,
): Promise<DeliveryOutcome> {
  const outcome = await delivered;
  if (isSettledNow(outcome)) commit();
  return outcome;
}

/**
 * Without the points of a history that an output has had already. The target told them again, as another output has not.
 * Receivers refuse a time that is not after the last.
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
