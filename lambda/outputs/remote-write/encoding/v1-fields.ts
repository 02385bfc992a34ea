/** Fields of `WriteRequest` and `TimeSeries`: https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol */
export const TIMESERIES = 1;
export const LABELS = 1;
export const SAMPLES = 2;

/**
 * Fields outside of the specification, which Prometheus also sends:
 * https://github.com/prometheus/prometheus/blob/main/prompb
 */
export const METADATA = 3;
export const EXEMPLARS = 3;

/** Fields of `Label`. */
export const LABEL_NAME = 1;
export const LABEL_VALUE = 2;

/** Fields of `Sample`. */
export const SAMPLE_VALUE = 1;
export const SAMPLE_TIMESTAMP = 2;

/** Fields of `Exemplar`, the same numbers in both versions. */
export const EXEMPLAR_LABELS = 1;
export const EXEMPLAR_VALUE = 2;
export const EXEMPLAR_TIMESTAMP = 3;

/** Fields of `MetricMetadata`. */
export const METADATA_TYPE = 1;
export const METADATA_FAMILY = 2;
export const METADATA_HELP = 4;
export const METADATA_UNIT = 5;
