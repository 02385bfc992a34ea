/**
 * Limit of a compressed request. Amazon Managed Service for Prometheus accepts 1 MB, which cannot be raised:
 * https://docs.aws.amazon.com/prometheus/latest/userguide/AMP_quotas.html
 */
export const MAX_BODY_BYTES = 1_000_000;

/** Bytes of series after which a request is sent; compressed, they are a fraction of the limit above. */
export const MAX_SERIES_BYTES = 1_000_000;
