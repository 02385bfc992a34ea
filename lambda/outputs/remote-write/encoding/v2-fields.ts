/** Fields of `io.prometheus.write.v2.Request`: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#protobuf-message */
export const SYMBOLS = 4;
export const TIMESERIES = 5;

/** Fields of `TimeSeries`. Samples, and their fields, have the same numbers as in version 1. */
export const LABELS_REFS = 1;
export const EXEMPLARS = 4;
export const METADATA = 5;

/** Field of `Sample` that version 1 does not have. */
export const SAMPLE_START = 3;

/** Fields of `Metadata`. */
export const METADATA_TYPE = 1;
export const METADATA_HELP = 3;
export const METADATA_UNIT = 4;
