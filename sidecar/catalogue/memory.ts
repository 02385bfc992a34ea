import { percentOf } from '../figures/arithmetic/based.ts';
import { counter, type Definition, gauge, sampled, withBase } from './definition.ts';

export const MEMORY_DEFINITIONS: readonly Definition[] = [
  sampled(
    'ee_container_memory_working_set_bytes',
    'Memory used minus the inactive file pages: the best sign of a coming out-of-memory kill.',
    { container: ({ memory }) => memory.workingSet },
  ),
  sampled('ee_container_memory_utilized_bytes', 'Memory used as CloudWatch counts it.', {
    container: ({ memory }) => memory.utilized,
  }),
  gauge('ee_container_memory_rss_bytes', 'Anonymous memory.', {
    container: ({ memory }) => memory.rss,
  }),
  gauge('ee_container_memory_cache_bytes', 'Page cache.', {
    container: ({ memory }) => memory.cache,
  }),
  gauge(
    'ee_container_memory_limit_bytes',
    'Memory limit of the container, else of the task, else of the cgroup.',
    { container: ({ memoryLimit }) => withBase(memoryLimit) },
  ),
  sampled(
    'ee_container_memory_utilization_percent',
    'Memory used as CloudWatch counts it, in percent of the limit.',
    { container: ({ memory, memoryLimit }) => withBase(percentOf(memory.utilized, memoryLimit)) },
  ),
  sampled('ee_container_memory_working_set_percent', 'Working set in percent of the limit.', {
    container: ({ memory, memoryLimit }) => withBase(percentOf(memory.workingSet, memoryLimit)),
  }),
  gauge(
    'ee_container_memory_working_set_max_bytes',
    'Greatest working set among the samples of the last 60 seconds.',
    { container: ({ workingSetMax }) => workingSetMax },
  ),
  gauge('ee_container_memory_peak_bytes', 'Greatest working set since the sidecar started.', {
    container: ({ workingSetPeak }) => workingSetPeak,
  }),
  counter('ee_container_memory_page_faults_total', 'Page faults.', {
    container: ({ stats }) => stats?.memory.pageFaults,
  }),
  counter('ee_container_memory_major_page_faults_total', 'Page faults that needed a read.', {
    container: ({ stats }) => stats?.memory.majorPageFaults,
  }),
  sampled('ee_task_memory_working_set_bytes', 'Working set of all containers of the task.', {
    task: ({ memory }) => memory.workingSet,
  }),
  sampled(
    'ee_task_memory_utilized_bytes',
    'Memory used by all containers of the task as CloudWatch counts it.',
    { task: ({ memory }) => memory.utilized },
  ),
  gauge('ee_task_memory_rss_bytes', 'Anonymous memory of all containers of the task.', {
    task: ({ memory }) => memory.rss,
  }),
  gauge('ee_task_memory_cache_bytes', 'Page cache of all containers of the task.', {
    task: ({ memory }) => memory.cache,
  }),
  sampled(
    'ee_task_memory_utilization_percent',
    'Memory used as CloudWatch counts it, in percent of the limit of the task, else of its containers.',
    { task: ({ memory, memoryLimit }) => withBase(percentOf(memory.utilized, memoryLimit)) },
  ),
  sampled(
    'ee_task_memory_working_set_percent',
    'Working set in percent of the limit of the task, else of its containers.',
    { task: ({ memory, memoryLimit }) => withBase(percentOf(memory.workingSet, memoryLimit)) },
  ),
];
