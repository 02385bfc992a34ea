import type { DeliveryOutcome, DeliveryReport } from '../model/delivery/event.ts';
import type { SeenTarget, State, TargetPast } from '../model/delivery/state.ts';
import type { Drops } from '../model/samples/drops.ts';
import type { Config } from '../model/settings/config.ts';
import type { Target } from '../model/targets/target.ts';
import type { Step } from '../model/waiting/turn.ts';
import type { Scrape } from '../scrape/scrape.ts';
import type { SelectedSample } from '../series/convert.ts';

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
