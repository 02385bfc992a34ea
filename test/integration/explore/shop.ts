import type { Recording } from '../../../cli/recording/format.ts';
import { PAGE, RECORDED_AT, recordingOf, target } from '../../cli/explore/recording.ts';

const TASK = 'ee_task_cpu_utilization_percent';

const MINUTES = [71, 88, 93, 97, 64];

/** Rules that publish a gauge of the shop, and send its samples to two more receivers. */
export const RULES = `scrape_configs:
  - job_name: shop
    static_configs:
      - targets: [10.0.0.1:8080, 10.0.0.2:8080]
  - job_name: sidecar
    static_configs:
      - targets: [10.0.0.3:9546]
emf_processor:
  metric_namespace: Shop
  metric_declaration:
    - source_labels: [job]
      label_matcher: ^shop$
      metric_selectors: [^queue_length$]
      dimensions: [[job]]
outputs:
  - type: cloudwatch-logs
  - type: remote_write
    url: http://127.0.0.1:9090/api/v1/write
  - type: otlp
    endpoint: http://127.0.0.1:4318/v1/metrics
`;

/** Two targets that are up, one that is down, a container that was left out, and five minutes of a sidecar's history. */
export function shop(): Recording {
  const labels = { job: 'sidecar', ServiceName: 'checkout', TaskId: 'a1', ClusterName: 'shop' };
  const points = MINUTES.map(
    (value, minute) => `${TASK}{TaskId="a1"} ${value} ${RECORDED_AT / 1000 - 300 + 60 * minute}`,
  );
  const sidecar = target([`# TYPE ${TASK} gauge`, ...points, '# EOF', ''].join('\n'), {
    url: 'http://10.0.0.3:9546/metrics',
    job: 'sidecar',
    labels,
    discovered: { __address__: '10.0.0.3:9546' },
    contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  });
  const { page: _, ...down } = target('', {
    url: 'http://10.0.0.2:8080/metrics',
    labels: { job: 'shop', instance: '10.0.0.2:8080' },
    down: { reason: 'connect_refused', text: 'nothing listens on the port' },
  });
  return recordingOf([target(PAGE), down, sidecar], {
    configuration: RULES,
    leftOut: [
      {
        what: 'container cache of task b2',
        reason: 'unmapped_port',
        remedy: 'map the port 9121 in the task definition',
      },
    ],
  });
}
