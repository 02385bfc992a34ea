import {
  FORMAT,
  type RecordedTarget,
  type Recording,
  VERSION,
} from '../../../cli/recording/format.ts';

/** 2026-12-01T05:30:00Z. */
export const RECORDED_AT = Date.UTC(2026, 11, 1, 5, 30);

/** Rules that publish one gauge of the job `shop` under one dimension. */
export const RULES = `# Rules of the shop.
scrape_configs:
  - job_name: shop
    static_configs:
      - targets: [10.0.0.1:8080]
emf_processor:
  metric_namespace: Shop
  metric_declaration:
    # One metric for the shop.
    - source_labels: [job]
      label_matcher: ^shop$
      metric_selectors: [^queue_length$]
      dimensions: [[job]]
`;

export const PAGE = `# TYPE queue_length gauge
queue_length 5
# TYPE orders counter
orders_total{status="paid"} 7
orders_total{status="open"} 2
# TYPE broken gauge
broken NaN
`;

/** A target of the job `shop` that is up. */
export function target(page: string, more: Partial<RecordedTarget> = {}): RecordedTarget {
  return {
    url: 'http://10.0.0.1:8080/metrics',
    job: 'shop',
    labels: { job: 'shop', instance: '10.0.0.1:8080' },
    discovered: { __address__: '10.0.0.1:8080' },
    scrapedAt: RECORDED_AT,
    durationMs: 12,
    contentType: 'text/plain; version=0.0.4',
    page,
    ...more,
  };
}

export function recordingOf(
  targets: readonly RecordedTarget[],
  more: Partial<Recording> = {},
): Recording {
  return {
    format: FORMAT,
    version: VERSION,
    recordedAt: new Date(RECORDED_AT).toISOString(),
    configuration: RULES,
    targets: [...targets],
    leftOut: [],
    errors: [],
    omitted: [],
    ...more,
  };
}
