/** Fields of `WriteRequest` and `TimeSeries`: https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol */
export const TIMESERIES = 1;
export const LABELS = 1;
export const SAMPLES = 2;

/** Fields of `Label`. */
export const LABEL_NAME = 1;
export const LABEL_VALUE = 2;

/** Fields of `Sample`. */
export const SAMPLE_VALUE = 1;
export const SAMPLE_TIMESTAMP = 2;
