import { epochSeconds, secondsBetween } from '../documents/instant.ts';
import { counter, type Definition, gauge } from './definition.ts';

const HEALTH: ReadonlyMap<string, number> = new Map([
  ['HEALTHY', 1],
  ['UNHEALTHY', 0],
]);

/**
 * The life of the task and its containers. Only the info series have the image and ids, for joins; statuses are a
 * series of their own, because each change would begin a new info series.
 */
export const LIFE_DEFINITIONS: readonly Definition[] = [
  gauge('ee_task_info', 'Identity of the task as labels; always 1.', {
    task: ({ task }) => ({
      value: 1,
      labels: {
        cluster: task.cluster,
        task_arn: task.arn,
        task_id: task.id,
        service_name: task.serviceName,
        launch_type: task.launchType,
        availability_zone: task.availabilityZone,
        availability_zone_id: task.availabilityZoneId,
        network_mode: task.networkMode,
      },
    }),
  }),
  gauge('ee_task_status', 'Status of the task as a label; always 1.', {
    task: ({ task }) => ({
      value: 1,
      labels: { desired_status: task.desiredStatus, known_status: task.knownStatus },
    }),
  }),
  gauge('ee_container_info', 'Identity of the container as labels; always 1.', {
    container: ({ container }) => ({
      value: 1,
      labels: {
        docker_id: container.id,
        image: container.image,
        container_type: container.type,
      },
    }),
  }),
  gauge('ee_container_status', 'Status of the container as a label; always 1.', {
    container: ({ container }) => ({
      value: 1,
      labels: { desired_status: container.desiredStatus, known_status: container.knownStatus },
    }),
  }),
  gauge('ee_container_created_timestamp_seconds', 'Time at which the container was created.', {
    container: ({ container }) => epochSeconds(container.createdAt),
  }),
  gauge('ee_container_started_timestamp_seconds', 'Time at which the container started.', {
    container: ({ container }) => epochSeconds(container.startedAt),
  }),
  gauge('ee_container_finished_timestamp_seconds', 'Time at which the container ended.', {
    container: ({ container }) => epochSeconds(container.finishedAt),
  }),
  gauge('ee_container_exit_code', 'Exit code of the container.', {
    container: ({ container }) => container.exitCode,
  }),
  counter('ee_container_restarts_total', 'Restarts of the container by its restart policy.', {
    container: ({ container }) => container.restartCount,
  }),
  gauge('ee_container_healthy', 'Result of the health check: 1 is healthy, 0 is unhealthy.', {
    container: ({ container }) => HEALTH.get(container.healthStatus ?? ''),
  }),
  gauge('ee_container_health_since_timestamp_seconds', 'Time at which the health last changed.', {
    container: ({ container }) => epochSeconds(container.healthSince),
  }),
  counter(
    'ee_container_oom_suspected_total',
    'Exits or restarts that look like out-of-memory kills, since the sidecar started.',
    { container: ({ oomSuspected }) => oomSuspected },
    'sidecar',
  ),
  gauge('ee_task_ended_timestamp_seconds', 'Time at which the task ended.', {
    task: ({ endedAt }) => endedAt,
  }),
  gauge(
    'ee_task_image_pull_started_timestamp_seconds',
    'Time at which the pull of the images began.',
    {
      task: ({ task }) => epochSeconds(task.pullStartedAt),
    },
  ),
  gauge(
    'ee_task_image_pull_stopped_timestamp_seconds',
    'Time at which the pull of the images ended.',
    {
      task: ({ task }) => epochSeconds(task.pullStoppedAt),
    },
  ),
  gauge('ee_task_image_pull_duration_seconds', 'Duration of the pull of the images.', {
    task: ({ task: { pullStartedAt, pullStoppedAt } }) =>
      pullStartedAt === undefined || pullStoppedAt === undefined
        ? undefined
        : secondsBetween(pullStartedAt, pullStoppedAt),
  }),
  gauge('ee_task_clock_error_bound_seconds', 'Upper bound of the error of the clock.', {
    task: ({ task }) => task.clock.errorBound,
  }),
  gauge('ee_task_clock_synchronized', '1 if the clock is synchronized, else 0.', {
    task: ({ task: { clock } }) =>
      clock.synchronized === undefined ? undefined : Number(clock.synchronized),
  }),
  gauge('ee_task_clock_reference_timestamp_seconds', 'Time at which the clock was last compared.', {
    task: ({ task }) => epochSeconds(task.clock.reference),
  }),
];
