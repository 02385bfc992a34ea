import type { Position } from '../../validate/position.ts';

/** Plain data, which the engine's worker sends to the page. */

/** The recording as it was opened. */
export interface OpenedView {
  readonly recordedAt: string;
  readonly configuration: string;
  readonly leftOut: readonly LeftOutView[];
  /** Of the discovery. */
  readonly errors: readonly string[];
  /** The parts that the recording does not have. */
  readonly omitted: readonly { readonly what: string; readonly reason: string }[];
}

export interface LeftOutView {
  readonly what: string;
  readonly reason: string;
  readonly remedy?: string | undefined;
}

/** A problem of the rules. */
export interface ProblemView extends Partial<Position> {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** The result of an edit. */
export interface EvaluationView {
  readonly problems: readonly ProblemView[];
  /** Absent: the rules have errors, so the results are those of the edit before. */
  readonly results?: ResultsView | undefined;
}

export interface ResultsView {
  readonly targets: readonly TargetView[];
  readonly families: readonly FamilyView[];
  readonly metrics: readonly MetricView[];
  readonly counts: CountsView;
  readonly price: PriceView;
  /** The price of the rules of the recording. */
  readonly priceBefore: number;
  /** Milliseconds that the evaluation took. */
  readonly tookMs: number;
}

/** Of a month, in dollars. */
export interface PriceView {
  readonly dollars: number;
  readonly lines: readonly {
    readonly what: string;
    readonly formula: string;
    /** Absent: the price is unknown. */
    readonly dollars: number | undefined;
  }[];
}

/** The CPU utilization of tasks in percent, by times in milliseconds since the epoch. */
export interface AlarmView {
  readonly tasks: readonly {
    readonly name: string;
    readonly points: readonly (readonly [time: number, percent: number])[];
  }[];
  /** The greatest value of all tasks in each minute, oldest first. */
  readonly minutes: readonly (readonly [minute: number, percent: number])[];
}

export interface CountsView extends ChangesView {
  readonly targets: number;
  readonly up: number;
  readonly series: number;
  readonly published: number;
}

/** Series that the rules take and those of the recording do not, and the reverse. */
export interface ChangesView {
  readonly taken: number;
  readonly lost: number;
}

export interface TargetView {
  readonly url: string;
  readonly job: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Absent: the target is up. */
  readonly down?: { readonly reason: string; readonly text: string } | undefined;
  readonly durationMs: number;
  readonly series: number;
  readonly published: number;
}

export interface FamilyView extends ChangesView {
  readonly name: string;
  readonly type: string;
  readonly series: number;
  readonly published: number;
  /** How many series have which fate, the most frequent first. */
  readonly fates: readonly (readonly [fate: string, count: number])[];
  /** The least and the greatest current value. Absent: none is a number. */
  readonly range?: readonly [least: number, greatest: number] | undefined;
  /** The values of its series with a history, oldest first. */
  readonly history: readonly (readonly number[])[];
}

export type Change = 'taken' | 'lost';

export interface SeriesView {
  /** Stays the same as long as the recording is open. */
  readonly id: number;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly fate: string;
  readonly published: boolean;
  readonly change?: Change | undefined;
}

/** The series of a family that a search finds. */
export interface SeriesListView {
  readonly series: readonly SeriesView[];
  /** How many more there are. */
  readonly more: number;
}

/** A metric of CloudWatch. */
export interface MetricView {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit?: string | undefined;
  readonly as: string;
  /** How many series become samples of it. */
  readonly series: number;
  readonly change?: Change | undefined;
}
