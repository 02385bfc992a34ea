/** Dimension sets under which one metric is published. */
export type DimensionSets = readonly (readonly string[])[];

/** One way in which a sample becomes a CloudWatch metric. */
export interface Publication {
  readonly namespace: string;
  /** At least one; a set may be empty. */
  readonly dimensions: DimensionSets;
}

/**
 * What the declarations made of a sample: the ways in which it is published. The same list object for the same list, and
 * the same publication objects in it, so that metrics can be grouped by them. Empty: the sample is a field of its event but
 * no metric (only with `log_unmatched` or without declarations).
 */
export type Publications = readonly Publication[];
