import { epochSeconds } from '../documents/instant.ts';
import type { Family, Labels } from '../exposition/family.ts';
import type { Traffic } from '../sampling/endpoint.ts';
import { type Definition, gauge } from './definition.ts';
import { VERSION } from './version.ts';

/** The quality of a container's figures. */
export const SAMPLE_DEFINITIONS: readonly Definition[] = [
  gauge('ee_container_stats_available', '1 if there are figures of the container, else 0.', {
    container: ({ stats }) => Number(stats !== undefined),
  }),
  gauge('ee_container_sample_timestamp_seconds', 'Time at which the figures were taken.', {
    container: ({ stats }) => stats && epochSeconds(stats.read),
  }),
  gauge(
    'ee_container_sample_age_seconds',
    'Age of the figures. It grows if the stats stream is dead, which otherwise looks like an idle container.',
    { container: ({ stats }, now) => stats && Math.max(0, now / 1000 - epochSeconds(stats.read)) },
  ),
];

/**
 * The exporter's own series, which are always there, even if the endpoint fails.
 *
 * @param success whether the last poll read both documents. Its README and its code spell the name differently.
 */
export function exporterFamilies(success: boolean, traffic: Traffic): Family[] {
  const help = '1 if the last poll of the task metadata endpoint succeeded, else 0.';
  const rows = [{ labels: {}, value: Number(success) }];
  return [
    { name: 'ee_ecs_metrics_exporter_success', type: 'gauge', help, rows },
    { name: 'ecs_metrics_exporter_success', type: 'gauge', help, rows },
    {
      name: 'ee_exporter_upstream_requests_total',
      type: 'counter',
      help: 'Requests to the task metadata endpoint by path and outcome.',
      rows: traffic.requests.map(({ path, code, count }) => ({
        labels: { path, code },
        value: count,
      })),
    },
    {
      name: 'ee_exporter_upstream_duration_seconds',
      type: 'gauge',
      help: 'Duration of the last request to the task metadata endpoint.',
      rows: traffic.durations.map(({ path, seconds }) => ({ labels: { path }, value: seconds })),
    },
    {
      name: 'ee_exporter_info',
      type: 'gauge',
      help: 'Version and runtime of the exporter as labels; always 1.',
      rows: [{ labels: { version: VERSION, ...runtimeLabels() }, value: 1 }],
    },
  ];
}

/** The scope of a daemon's last poll. */
export function tasksFamily(available: boolean): Family {
  return {
    name: 'ee_exporter_tasks_available',
    type: 'gauge',
    help: 'Whether the last poll told of all tasks of the instance, not of the own one alone.',
    rows: [{ labels: {}, value: Number(available) }],
  };
}

/** The engine of the exporter. `node_version` is its name in version 0.1, which always ran on Node.js. */
function runtimeLabels(): Labels {
  const { release, version, versions } = process;
  return {
    runtime: `${release.name} ${version}`,
    ...(versions.node !== undefined && { node_version: version }),
  };
}
