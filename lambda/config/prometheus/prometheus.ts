import * as z from 'zod';
import { flag, limit, notYet, only, text } from '../findings/keys.ts';
import { type WithoutEffect, withoutEffect } from '../findings/without-effect.ts';
import { httpClientShape } from '../http/client.ts';
import { targetText } from '../values/address.ts';
import { byteSize } from '../values/byte-size.ts';
import { prometheusDuration } from '../values/duration.ts';
import { labelSet } from '../values/label-set.ts';
import { awsSdConfig } from './aws-discovery.ts';
import { relabelConfig } from './relabel-config.ts';
import { fallbackScrapeProtocol, scrapeProtocols } from './scrape-protocols.ts';
import { fileSdConfig, httpSdConfig } from './service-discovery.ts';

/**
 * The Prometheus configuration file. Every key of
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/ is named below, so that none is taken
 * for a typing error: supported, without effect here, or not supported yet.
 */

const OWNER = 'Prometheus';
const NO_NATIVE_HISTOGRAMS = 'Fargauge does not request native histograms';
const NAMES_AS_THEY_ARE = 'Fargauge takes names as they are';

const SCRAPE_WITHOUT_EFFECT = {
  scrape_failure_log_file: 'the report of each cycle has the failures',
  scrape_native_histograms: NO_NATIVE_HISTOGRAMS,
  convert_classic_histograms_to_nhcb: NO_NATIVE_HISTOGRAMS,
  always_scrape_classic_histograms: null,
  metric_name_validation_scheme: NAMES_AS_THEY_ARE,
  metric_name_escaping_scheme: NAMES_AS_THEY_ARE,
  keep_dropped_targets: null,
} as const satisfies WithoutEffect<string>;

export const GLOBAL_WITHOUT_EFFECT = {
  ...SCRAPE_WITHOUT_EFFECT,
  query_log_file: 'Fargauge runs no queries',
  evaluation_interval: null,
  rule_query_offset: null,
} as const satisfies WithoutEffect<string>;

export const JOB_WITHOUT_EFFECT = {
  ...SCRAPE_WITHOUT_EFFECT,
  scrape_classic_histograms: null,
  native_histogram_bucket_limit: null,
  native_histogram_min_bucket_factor: null,
  track_timestamps_staleness: null,
  enable_http2: null,
} as const satisfies WithoutEffect<string>;

export const PROMETHEUS_WITHOUT_EFFECT = {
  rule_files: 'Fargauge evaluates no rules',
  alerting: 'Fargauge sends no alerts',
  remote_read: 'Fargauge does not read from it',
  otlp: 'Fargauge receives nothing over OTLP',
  storage: null,
  runtime: null,
  tracing: null,
} as const satisfies WithoutEffect<string>;

/** Keys of Fargauge: a job without them takes them from `global`. */
const ofFargauge = {
  normalize_le_and_quantile: flag.optional(),
  minute_delivery: z.enum(['complete', 'immediate'], 'complete or immediate').optional(),
};

/** Limits that a job without them, or with 0, takes from `global`. */
const limits = {
  sample_limit: limit.default(0),
  body_size_limit: byteSize.optional(),
  label_limit: limit.default(0),
  label_name_length_limit: limit.default(0),
  label_value_length_limit: limit.default(0),
  target_limit: limit.default(0),
  extra_scrape_metrics: only(OWNER, false),
};

const staticConfig = z.strictObject({
  // Relabeling decides whether they are addresses.
  targets: z.array(targetText).default([]),
  labels: labelSet.default({}),
});

/** Keys of an entry of `scrape_configs`. */
export const scrapeConfigShape = {
  job_name: text,
  scrape_interval: prometheusDuration.optional(),
  scrape_timeout: prometheusDuration.optional(),
  metrics_path: z.string('a string').default('/metrics'),
  scheme: z
    .enum(['http', 'https', ''], '"http" or "https"')
    .transform((scheme) => scheme || 'http')
    .default('http'),
  honor_labels: flag.default(false),
  honor_timestamps: flag.default(true),
  /** A key of Fargauge: whether to ask targets for their samples since the last scrape, which sidecars keep. */
  history: flag.optional(),
  params: z.record(z.string(), z.array(z.string('a string'))).default({}),
  relabel_configs: z.array(relabelConfig).default([]),
  metric_relabel_configs: z.array(relabelConfig).default([]),
  static_configs: z.array(staticConfig).default([]),
  file_sd_configs: z.array(fileSdConfig).default([]),
  http_sd_configs: z.array(httpSdConfig).default([]),
  aws_sd_configs: z.array(awsSdConfig).default([]),
  enable_compression: flag.default(true),
  scrape_protocols: scrapeProtocols,
  fallback_scrape_protocol: fallbackScrapeProtocol,
  ...ofFargauge,
  ...limits,
  ...httpClientShape,
  ...withoutEffect(JOB_WITHOUT_EFFECT),
  ...notYet(OWNER, [
    'azure_sd_configs',
    'consul_sd_configs',
    'digitalocean_sd_configs',
    'dns_sd_configs',
    'docker_sd_configs',
    'dockerswarm_sd_configs',
    'ec2_sd_configs',
    'eureka_sd_configs',
    'gce_sd_configs',
    'hetzner_sd_configs',
    'ionos_sd_configs',
    'kubernetes_sd_configs',
    'kuma_sd_configs',
    'lightsail_sd_configs',
    'linode_sd_configs',
    'marathon_sd_configs',
    'nerve_sd_configs',
    'nomad_sd_configs',
    'oci_sd_configs',
    'openstack_sd_configs',
    'outscale_sd_configs',
    'ovhcloud_sd_configs',
    'puppetdb_sd_configs',
    'scaleway_sd_configs',
    'serverset_sd_configs',
    'stackit_sd_configs',
    'triton_sd_configs',
    'uyuni_sd_configs',
    'vultr_sd_configs',
  ]),
};

/** Schema of `global`. */
export const globalSection = z.strictObject({
  scrape_interval: prometheusDuration.optional(),
  scrape_timeout: prometheusDuration.optional(),
  scrape_protocols: scrapeProtocols,
  external_labels: labelSet.default({}),
  ...ofFargauge,
  ...limits,
  ...withoutEffect(GLOBAL_WITHOUT_EFFECT),
});

/** Keys at the top of the file beside `scrape_configs`. */
export const prometheusShape = {
  global: globalSection.prefault({}),
  ...withoutEffect(PROMETHEUS_WITHOUT_EFFECT),
  ...notYet(OWNER, ['scrape_config_files']),
};

const scrapeConfig = z.strictObject(scrapeConfigShape);

/** Keys that mean nothing to the CloudWatch Agent either. */
export const AGENT_FILE_WITHOUT_EFFECT = {
  remote_write: 'like the CloudWatch Agent, Fargauge does not write to it',
} as const satisfies WithoutEffect<string>;

/** Schema of the file that goes with a document of the CloudWatch Agent. */
export const prometheusDocument = z.strictObject({
  ...prometheusShape,
  ...withoutEffect(AGENT_FILE_WITHOUT_EFFECT),
  scrape_configs: z.array(scrapeConfig).default([]),
});

export type GlobalSection = z.output<typeof globalSection>;
export type ScrapeConfig = z.output<typeof scrapeConfig>;
export type PrometheusDocument = z.output<typeof prometheusDocument>;
