/** The model that both formats are written from. */
export interface Family {
  /** As in the text format: that of a counter ends in `_total`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly rows: readonly Row[];
}

export interface Row {
  /** Whose row it is; written before `labels`. */
  readonly identity?: Identity;
  /** A label that is `undefined`, empty or of the identity is left out. */
  readonly labels: Labels;
  readonly value: number;
  /** Epoch seconds when a counter was 0, where that is known. */
  readonly start?: number | undefined;
}

export type Labels = Readonly<Record<string, string | undefined>>;

/** The labels that all series of a container, a task or an instance share, as `identityOf` gives them. */
export interface Identity {
  readonly labels: Labels;
  /** As they are written. */
  readonly text: string;
}

/** A gauge whose values have times of their own. */
export interface TimedFamily {
  readonly name: string;
  readonly type: 'gauge';
  readonly help: string;
  readonly traces: readonly Trace[];
}

export interface Trace {
  /** Name and labels, as `writeSeries` gives them. */
  readonly series: string;
  /** Oldest first, as they are when it is called. */
  readonly points: () => Points;
}

/** Finite values, each with its time in epoch seconds. A value that is NaN is no point. */
export interface Points {
  readonly values: Float64Array;
  readonly times: Float64Array;
}

export interface Point {
  readonly value: number;
  /** Epoch seconds. */
  readonly time: number;
}
