/** Dimension sets under which one metric is published. */
export type DimensionSets = readonly (readonly string[])[];

/**
 * High resolution or standard.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
 */
export type StorageResolution = 1 | 60;

/** One way in which a sample becomes a CloudWatch metric. */
export interface Publication {
  readonly namespace: string;
  /** At least one; a set may be empty. */
  readonly dimensions: DimensionSets;
  /** Storage resolution in seconds. */
  readonly storageResolution: StorageResolution;
  /** Whether a difference is published per second. */
  readonly rate: boolean;
  /** Labels that the event keeps as plain fields, beside the dimensions. Absent: all. */
  readonly properties?: readonly string[] | undefined;
}

/**
 * The publications of a sample by the declarations. Equal lists are the same object, with the same publications in it,
 * so that metrics can be grouped by them. Empty: the sample is a field of its event but no metric (only with
 * `log_unmatched` or without declarations).
 */
export type Publications = readonly Publication[];
