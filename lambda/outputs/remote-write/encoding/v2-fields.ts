/** Fields of `io.prometheus.write.v2.Request`: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#protobuf-message */
export const SYMBOLS = 4;
export const TIMESERIES = 5;

/** Fields of `TimeSeries`. That of samples has the number that it has in version 1, and so have those of a sample. */
export const LABELS_REFS = 1;
export const EXEMPLARS = 4;
export const METADATA = 5;

/** Of a `Sample`, beside those of version 1. */
export const SAMPLE_START = 3;

/** Fields of `Metadata`. */
export const METADATA_TYPE = 1;
export const METADATA_HELP = 3;
export const METADATA_UNIT = 4;
