/**
 * What keys are for, in the JSON Schema alone: the function does without these texts. A key is `parent.key` where its name
 * means something else elsewhere.
 */
export const KEY_DESCRIPTIONS: Readonly<Record<string, string>> = {
  $schema: 'The JSON Schema of this document, for editors.',
  region: 'Region of CloudWatch Logs and ECS; else that of the AWS SDK.',
  endpoint_override: 'URL or host name of CloudWatch Logs; else that of the Region.',
  cluster_name: 'The label ClusterName of every event; else the name in FARGAUGE_CLUSTER.',
  log_group_name:
    'Log group of the events, with placeholders such as {ClusterName}; else FARGAUGE_LOG_GROUP.',
  disable_metric_extraction: 'true makes every event a plain log event.',

  ecs_service_discovery: 'Which tasks to scrape, by the ECS API.',
  sd_port_label: 'Docker label with the port.',
  sd_metrics_path_label: 'Docker label with the path.',
  sd_job_name_label: 'Docker label with the value of the label job.',

  outputs: 'Where the events and samples go. Default: those of remote_write, else cloudwatch-logs.',
  'outputs.type':
    'Events: cloudwatch-logs, stdout, file. Samples: remote_write (Prometheus, Amazon Managed Service for Prometheus), otlp.',
  'outputs.path': 'File that the output appends to.',
  'outputs.url': 'Where the receiver of remote_write is.',
  'outputs.endpoint':
    'cloudwatch, or the URL of a receiver of OTLP over HTTP. Without a path it gets /v1/metrics.',
  'outputs.name':
    'Name in reports, different from those of the other outputs. Default: its URL; of cloudwatch-logs its type, with the region and role_arn beside it.',
  'outputs.headers': 'Further headers; values may be aws:secretsmanager:ARN, or aws:ssm:NAME.',
  'outputs.region':
    'Region that requests are signed for, or of CloudWatch Logs. Default where they are: that of the URL, else region of the document.',
  'outputs.external_labels':
    'Labels for series that have none of that name, beside those of global.',

  remote_write:
    'Receivers of remote write, as in a Prometheus file: outputs like those of `outputs`.',
  'remote_write.url': 'Where the receiver is.',
  'remote_write.name': 'Name in reports. Default: its URL.',
  'remote_write.headers': 'Further headers; values may be aws:secretsmanager:ARN, or aws:ssm:NAME.',
  write_relabel_configs:
    'Rules for all labels of the series that are sent, applied in their order.',
  protobuf_message:
    'What is sent to a receiver that takes it: prometheus.WriteRequest (remote write 1.0, the default) or io.prometheus.write.v2.Request (2.0).',
  send_exemplars: 'true sends the exemplars of OpenMetrics. Default: false.',
  metadata_config: 'How type, help and unit of metrics are sent by remote write 1.0.',
  send: 'Whether they are. Default: true.',
  send_interval: 'Time after which they are sent again. Default: 1m.',
  max_samples_per_send: 'Metrics in one request. Default: 2000.',
  sigv4: 'How requests are signed for Amazon Managed Service for Prometheus.',
  external_labels: 'Labels that remote write adds to series that have none of that name.',

  emf_processor:
    'Which samples become which CloudWatch metrics; without it, events are plain log events.',
  metric_namespace: 'Namespace of the CloudWatch metrics.',
  metric_unit: 'CloudWatch units, by the exact name of the metric.',
  metric_declaration: 'Which samples become metrics, and under which dimensions.',
  source_labels: 'Labels whose values are joined and matched.',
  label_separator: 'What joins the values. Default: ";".',
  label_matcher: 'RE2 expression that must match anywhere in the joined values.',
  metric_selectors: 'RE2 expressions, one of which must match the name of the metric.',
  dimensions: 'Sets of label names, each of which makes a CloudWatch metric.',
  log_unmatched: 'true keeps what matches no declaration as plain log events.',
  storage_resolution: 'Seconds that CloudWatch keeps apart: 1 or 60. Default: 60.',
  rate: 'true publishes what counters grew by per second.',
  properties: 'Labels that an event keeps as plain fields beside the dimensions. Default: all.',
  first_sample:
    'What the first value of a counter counts for: auto (all of it where the series is known to be new), zero (all of it) or drop.',
  metric_type_overrides: 'Types of metrics, whatever their targets say of them.',
  metric: 'RE2 expression that must match anywhere in the name of a metric.',
  metric_budget: 'How many distinct metrics may be published; more new ones are held back.',
  metric_budget_window: 'How long a metric counts after it was last published. Default: 3h.',
  metric_declaration_dedup: 'Equal combinations are published once, whatever this says.',

  global: 'Defaults of the jobs.',
  scrape_interval:
    'Bounds scrape_timeout; the schedule of the collector decides how often is scraped.',
  scrape_timeout: 'How long a scrape may take. Default: 10s.',
  sample_limit: 'Samples of a scrape after relabeling; more fail it. 0 means no limit.',
  body_size_limit: 'Size of a decompressed answer, such as "10MB"; more fails the scrape.',
  label_limit: 'Labels of a sample; more fail the scrape. 0 means no limit.',
  label_name_length_limit: 'Bytes of the name of a label. 0 means no limit.',
  label_value_length_limit: 'Bytes of the value of a label. 0 means no limit.',
  target_limit: 'Targets of a job; with more, none is scraped. 0 means no limit.',
  extra_scrape_metrics: 'Not supported but for false.',

  scrape_configs: 'Jobs: what is scraped, and how.',
  job_name: 'The label job of the targets, and the name of the job.',
  metrics_path: 'Path to scrape. Default: /metrics.',
  scheme: 'http or https.',
  params: 'Parameters of the URL, each with its values.',
  honor_labels:
    'true keeps the labels of samples that the target has too; else they become exported_….',
  history:
    'true asks targets for all that they have sampled since the last scrape. Default: true for sidecars alone.',
  honor_timestamps: 'false uses the time of the scrape in place of the times of samples.',
  normalize_le_and_quantile:
    'false keeps the labels le and quantile as targets write them. Default: true, as Prometheus 3 stores them, 1.0 for 1.',
  enable_compression: 'Whether answers may be compressed.',
  follow_redirects: 'Whether redirects are followed, on the same host. Default: true.',
  ecs_discovered: 'Whether the targets of ecs_service_discovery belong to this job.',
  scrape_protocols: 'Formats that targets are asked for, in the order of preference.',
  fallback_scrape_protocol: 'Format of targets that do not say which they send.',

  relabel_configs: 'Rules for the labels of targets, applied in their order.',
  metric_relabel_configs: 'Rules for the labels of samples, applied in their order.',
  action: 'What the rule does. Default: replace.',
  separator: 'What joins the values of source_labels. Default: ";".',
  regex: 'RE2 expression that must match the whole text. Default: (.*).',
  target_label: 'Label that is set or compared.',
  replacement: 'What is set, with $1 for the first group. Default: $1.',
  modulus: 'What the hash of the source labels is divided by.',

  static_configs: 'Targets with fixed addresses.',
  targets: 'Addresses such as "127.0.0.1:9100".',
  labels: 'Labels of these targets.',
  file_sd_configs: 'Targets from files.',
  files: 'Paths that end in .json, .yml or .yaml, with * in the last part; or the sd_result_file.',
  'http_headers.files': 'Files that hold values.',
  http_sd_configs: 'Targets from HTTP servers.',
  url: 'Where the server lists the targets.',
  refresh_interval: 'How long what was read is good for.',
  aws_sd_configs: 'The tasks of ECS as targets, one for each, as Prometheus finds them.',
  request_concurrency: 'Accepted; calls are kept below the request rates of the account anyway.',

  basic_auth: 'User name and password.',
  username: 'User name.',
  username_file: 'File that holds the user name.',
  password: 'Password, or aws:secretsmanager:ARN, or aws:ssm:NAME.',
  password_file: 'File that holds the password.',
  authorization: 'The header Authorization.',
  type: 'Word before the credentials. Default: Bearer.',
  credentials: 'Credentials, or aws:secretsmanager:ARN, or aws:ssm:NAME.',
  credentials_file: 'File that holds the credentials.',
  bearer_token: 'Token, or aws:secretsmanager:ARN, or aws:ssm:NAME.',
  bearer_token_file: 'File that holds the token.',
  tls_config: 'How https is spoken.',
  ca: 'Certificates that are trusted, in PEM format.',
  ca_file: 'File that holds them.',
  cert: 'Certificate that is shown, in PEM format.',
  cert_file: 'File that holds it.',
  key: 'Private key of the certificate, or aws:secretsmanager:ARN, or aws:ssm:NAME.',
  key_file: 'File that holds the key.',
  server_name: 'Name to find in the certificate of the target.',
  insecure_skip_verify: 'true trusts any certificate.',
  min_version: 'Oldest version of TLS.',
  max_version: 'Newest version of TLS.',
  http_headers: 'Further headers, by their names.',
  values: 'Values that may be shown.',
  secrets: 'Values that may not, or aws:secretsmanager:ARN, or aws:ssm:NAME.',
};
