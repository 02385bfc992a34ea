import { TARGETS_VARIABLE } from '../props/loopback-target.ts';

/** The sidecar's environment variables, as sidecar/settings.ts reads them. */
export const VARIABLES = {
  port: 'ECS_METRICS_EXPORTER_PORT',
  targets: TARGETS_VARIABLE,
  lastEvents: 'FARGAUGE_EMF',
  token: 'FARGAUGE_TOKEN',
  documents: 'FARGAUGE_DOCUMENTS',
  scope: 'FARGAUGE_SCOPE',
  namespace: 'FARGAUGE_NETWORK_NAMESPACE',
} as const;
