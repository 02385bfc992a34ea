import type { DropReason } from '../model/samples/drops.ts';

/** One sentence for each reason: what happened to the sample, and what to do if it should be published. */
export const DROP_TEXTS: Readonly<Record<DropReason, string>> = {
  relabeled: 'a rule of metric_relabel_configs or write_relabel_configs drops it',
  long_text:
    'a rule of write_relabel_configs reads labels of it that are too long for its expression: shorten the label, or split a large expression',
  no_declaration: 'no metric_declaration both selects its name and applies to its labels',
  no_dimension_set:
    'each dimension set of the matching declarations names a label that it lacks, or whose value CloudWatch refuses',
  metric_budget:
    'metric_budget is used up: raise it, or publish by labels that have fewer distinct values',
  not_finite: 'its value is NaN or infinite, which CloudWatch refuses',
  out_of_range: 'its value is outside of the range that CloudWatch accepts',
  metric_name: 'CloudWatch accepts no such metric name: rename it by metric_relabel_configs',
  timestamp:
    'its time is more than two weeks old or two hours ahead: correct the clock of the target, or set honor_timestamps: false',
  too_large: 'its labels alone exceed the size of an event: remove labels',
  first_sample:
    'it is the first value of a counter, so there is no earlier one to subtract: the next cycle publishes the increase',
  no_state: 'the state cannot be read: the next difference contains the increase',
  no_observation: 'its histogram has observed nothing since the last sample',
  inconsistent_histogram:
    'the buckets of its histogram contradict each other: correct the exposition',
  not_newer:
    'its time is not after that of the last published sample: honor_timestamps: false takes the time of the scrape',
  duplicate:
    'the page has another sample with the same name and labels, which counts instead: keep the label that tells them apart',
  not_its_task:
    'the page of a daemon says that it is of a task which discovery knows on another instance',
  own_sidecar: "its task has a sidecar of its own, whose samples count instead of the daemon's",
  deadline: 'the cycle ended before it was processed: make the page smaller, or give more memory',
  internal: 'a defect of the collector: report it',
};
