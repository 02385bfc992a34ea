import type { DeliveryOutcome, DeliveryReport } from '../model/delivery/event.ts';
import { compareCursors, heldFrom, recordedUntil } from '../model/delivery/history-cursor.ts';
import type { SampleDelivery, TargetSamples } from '../model/delivery/sample-output.ts';
import {
  type Previous,
  type SeenTarget,
  type State,
  stateKey,
  type TargetPast,
} from '../model/delivery/state.ts';
import type { Drops } from '../model/samples/drops.ts';
import type { Sample } from '../model/samples/sample.ts';
import type { Target } from '../model/targets/target.ts';
import { TurnOverError } from '../model/waiting/turn.ts';
import type { Scrape } from '../scrape/scrape.ts';
import { seenFor, thenCommit, unsettled } from './commit.ts';
import type { Collected, Route, Share, Written } from './route.ts';
import { FINAL_OF_SAMPLES, isSettled } from './settled.ts';

/** The state of a target has the time of the newest sample that a daemon gave in place of its sidecar as that of a series. */
const STOOD_IN = 'daemon';

/** Sends samples as scraped, without state for series: the state is only the cursor of a target's history, and the end of what a daemon gave. */
export class SampleRoute implements Route {
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
    const { cursor, series } = target.history ? this.past(target.id) : {};
    const stoodIn = series?.get(STOOD_IN)?.timestamp;
    const given = scrape.cursor === undefined ? givenUntil(cursor) : undefined;
    const samples = after(
      notBefore(scrape.samples, cursor, since),
      Math.max(stoodIn ?? Number.NEGATIVE_INFINITY, given ?? Number.NEGATIVE_INFINITY),
    );
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
    const updates = new Map<string, Previous>();
    const newest = newestOf(scrape.samples);
    // The daemon's history has another clock, so the sidecar's cursor stays.
    if (cursor === undefined && newest !== undefined) {
      updates.set(STOOD_IN, { value: 0, timestamp: newest });
    }
    const commit = () => {
      if (!target.history || (cursor === undefined && updates.size === 0)) return;
      this.#state.commit(key, { updates, scrapedAt: startedAt, cursor });
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

/**
 * Drops the points of a history that this output has already got. The target sends them again for another output, and
 * receivers refuse a time that is not after the last one.
 */
function notBefore(
  samples: readonly Sample[],
  cursor: string | undefined,
  since: string | undefined,
): readonly Sample[] {
  if (cursor === undefined || since === undefined || compareCursors(since, cursor) >= 0) {
    return samples;
  }
  const held = heldFrom(cursor);
  const isNew =
    held === Number.POSITIVE_INFINITY
      ? (timestamp: number) => timestamp > recordedUntil(cursor) * 1000
      : (timestamp: number) => timestamp >= held * 1000;
  return samples.filter(({ timestamp }) => timestamp === undefined || isNew(timestamp));
}

/** Drops the points of a time of which this output has got those of the other one, sidecar or daemon. */
function after(samples: readonly Sample[], until: number): readonly Sample[] {
  if (until === Number.NEGATIVE_INFINITY) return samples;
  return samples.filter(({ timestamp }) => timestamp === undefined || timestamp > until);
}

/** Until when a sidecar gave its points, in milliseconds since the epoch. */
function givenUntil(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  return Math.min(recordedUntil(cursor), heldFrom(cursor)) * 1000;
}

/** Milliseconds since the epoch. */
function newestOf(samples: readonly Sample[]): number | undefined {
  let newest: number | undefined;
  for (const { timestamp } of samples) {
    if (timestamp !== undefined && timestamp > (newest ?? timestamp - 1)) newest = timestamp;
  }
  return newest;
}
