import {
  EPHEMERAL_STORAGE_UTILIZATION,
  NETWORK_RECEIVE_RATE,
  NETWORK_TRANSMIT_RATE,
  RESTARTS,
} from '../metrics/task.ts';

/** The metrics that the alarms and the dashboard need of each service, in addition to the built-in default. */
const METRICS = [
  RESTARTS,
  EPHEMERAL_STORAGE_UTILIZATION,
  NETWORK_RECEIVE_RATE,
  NETWORK_TRANSMIT_RATE,
];

/** Entries of `metric_unit`. */
export const DETAILED_UNITS = {
  [RESTARTS]: 'Count',
  [EPHEMERAL_STORAGE_UTILIZATION]: 'Percent',
  [NETWORK_RECEIVE_RATE]: 'Bytes/Second',
  [NETWORK_TRANSMIT_RATE]: 'Bytes/Second',
};

/** Entries of `metric_declaration`. A restart is counted for each container, which is a sample of its service. */
export const DETAILED_DECLARATIONS = [
  {
    source_labels: ['ServiceName'],
    label_matcher: '.+',
    metric_selectors: METRICS.map((name) => `^${name}$`),
    dimensions: [['ClusterName', 'ServiceName']],
  },
];
