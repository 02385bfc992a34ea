/**
 * Descriptions of keys for the JSON Schema; the function's bundle leaves them out. A key is `parent.key` if its name
 * has another meaning elsewhere.
 */
export const KEY_DESCRIPTIONS: Readonly<Record<string, string>> = {
  $schema: 'The JSON Schema of this document, for editors.',
  region: 'Region of CloudWatch Logs and ECS; else that of the AWS SDK.',
  endpoint_override: 'URL or host name of CloudWatch Logs; else that of the Region.',
  cluster_name: 'The label ClusterName of every event; else the name in FARGAUGE_CLUSTER.',
  log_group_name:
    'Log group of the events, with placeholders such as {ClusterName}; else FARGAUGE_LOG_GROUP.',
  disable_metric_extraction: 'true makes every event a plain log event.',

  ecs_service_discovery: 'Selects the tasks to scrape, by the ECS API.',
  sd_port_label: 'Docker label with the port.',
  sd_metrics_path_label: 'Docker label with the path.',
  sd_job_name_label: 'Docker label with the value of the label job.',

  outputs:
    'Destinations of events, metrics and samples. Default: the receivers of remote_write, else cloudwatch-logs.',
  'outputs.type':
    'Events: cloudwatch-logs, stdout, file. Metrics: cloudwatch_metrics (PutMetricData). Samples: remote_write (Prometheus, Amazon Managed Service for Prometheus), otlp.',
  'outputs.path': 'File that the output appends to.',
  'outputs.url':
    'URL of the receiver of remote_write; for cloudwatch_metrics of the API. Default: that of the Region.',
  'outputs.endpoint':
    'cloudwatch, or the URL of a receiver of OTLP over HTTP. Without a path it gets /v1/metrics.',
  'outputs.attributes':
    'Attributes of the resources of otlp, beside service.name and service.instance.id: lean, all, or their names. Default: lean for CloudWatch, which bills their bytes with each point, else all.',
  'outputs.name':
    'Name in reports, which no other output may have. Default: the URL; for cloudwatch-logs and cloudwatch_metrics the type, with its region and role_arn.',
  'outputs.headers': 'Further headers; values may be aws:secretsmanager:ARN, or aws:ssm:NAME.',
  'outputs.region':
    'Region to sign requests for, or the Region of CloudWatch Logs. Default of signed requests: the Region of the URL, else region of the document.',
  'outputs.external_labels':
    'Labels to add to each series that lacks them, in addition to those of global.',

  remote_write:
    'Receivers of remote write, as in a Prometheus file: outputs like those of `outputs`.',
  'remote_write.url': 'URL of the receiver.',
  'remote_write.name': 'Name in reports. Default: its URL.',
  'remote_write.headers': 'Further headers; values may be aws:secretsmanager:ARN, or aws:ssm:NAME.',
  write_relabel_configs:
    'Rules for all labels of the series that are sent, applied in their order.',
  protobuf_message:
    'Protobuf message to send: prometheus.WriteRequest (remote write 1.0, the default) or io.prometheus.write.v2.Request (2.0).',
  send_exemplars: 'true sends the exemplars of OpenMetrics. Default: false.',
  metadata_config: 'How remote write 1.0 sends type, help and unit of metrics.',
  send: 'true sends metadata. Default: true.',
  send_interval: 'Time after which metadata is sent again. Default: 1m.',
  max_samples_per_send: 'Metrics in one request. Default: 2000.',
  sigv4: 'Signs requests for Amazon Managed Service for Prometheus.',
  external_labels: 'Labels that remote write adds to each series that lacks them.',

  emf_processor: 'Turns samples into CloudWatch metrics; without it, events are plain log events.',
  metric_namespace: 'Namespace of the CloudWatch metrics.',
  metric_unit: 'CloudWatch units, by the exact name of the metric.',
  metric_declaration: 'Selects the samples to publish, and their dimensions.',
  source_labels: 'Labels whose values are joined and matched.',
  label_separator: 'Separator of the values. Default: ";".',
  label_matcher: 'RE2 expression, unanchored, that the joined values must match.',
  metric_selectors: 'RE2 expressions, one of which must match the name of the metric.',
  dimensions: 'Sets of label names, each of which makes a CloudWatch metric.',
  log_unmatched: 'true keeps what matches no declaration as plain log events.',
  storage_resolution: 'Storage resolution of CloudWatch in seconds: 1 or 60. Default: 60.',
  rate: 'true publishes counters as a rate per second, false as the increase.',
  properties: 'Labels that an event keeps as plain fields beside the dimensions. Default: all.',
  first_sample:
    'How the first value of a counter counts: auto (in full if the series is known to be new), zero (in full) or drop (not at all).',
  metric_type_overrides: 'Types of metrics, which override the types that targets give.',
  metric: 'RE2 expression, unanchored, that the name of a metric must match.',
  value_precision:
    'Significant digits of the values of gauges that are no whole numbers. Counters are never rounded.',
  significant_digits: 'Number of digits, from 1 to 17.',
  event_labels:
    'Labels that events keep as plain fields beside their dimensions and TaskId, if a declaration has no properties. Default: all.',
  events:
    'task writes an event for each task, service one for all tasks of a service and container, which names the tasks of the extremes. Default: task.',
  metric_budget: 'Limit of distinct metrics; Fargauge holds further new metrics back.',
  metric_budget_window: 'How long a metric counts after it was last published. Default: 3h.',
  metric_declaration_dedup: 'Accepted: Fargauge publishes equal combinations once in any case.',

  global: 'Defaults of the jobs.',
  scrape_interval:
    'Bounds scrape_timeout; the schedule of the collector decides how often it scrapes.',
  scrape_timeout: 'Longest duration of a scrape. Default: 10s.',
  sample_limit:
    'Limit of samples of a scrape, after relabeling; a scrape with more fails. 0 means no limit.',
  body_size_limit: 'Size limit of a decompressed answer, such as "10MB"; a scrape with more fails.',
  label_limit: 'Limit of labels of a sample; a scrape with more fails. 0 means no limit.',
  label_name_length_limit: 'Limit of bytes of the name of a label. 0 means no limit.',
  label_value_length_limit: 'Limit of bytes of the value of a label. 0 means no limit.',
  target_limit: 'Limit of targets of a job; a job with more scrapes none. 0 means no limit.',
  extra_scrape_metrics: 'Only false is supported.',

  scrape_configs: 'Scrape jobs, as in a Prometheus file.',
  job_name: 'The label job of the targets, and the name of the job.',
  metrics_path: 'Path to scrape. Default: /metrics.',
  scheme: 'http or https.',
  params: 'Parameters of the URL, each with its values.',
  honor_labels:
    'true keeps the label of a sample if the target has one of that name; false renames it to exported_….',
  history:
    'true asks targets for all samples since the last scrape. Default: true for sidecars only.',
  minute_delivery:
    'complete delivers a minute of a history when it has all its samples, immediate delivers each sample in the next cycle. Default: immediate.',
  honor_timestamps: 'false uses the time of the scrape instead of the timestamps of samples.',
  normalize_le_and_quantile:
    'false keeps the labels le and quantile as targets write them. Default: true, which writes 1.0 for 1 as Prometheus 3 does.',
  enable_compression: 'true accepts compressed answers.',
  follow_redirects: 'true follows redirects on the same host. Default: true.',
  ecs_discovered: 'true adds the targets of ecs_service_discovery to this job.',
  scrape_protocols: 'Formats to request from targets, in the order of preference.',
  fallback_scrape_protocol: 'Format to assume for answers that do not name theirs.',

  relabel_configs: 'Rules for the labels of targets, in their order.',
  metric_relabel_configs: 'Rules for the labels of samples, applied in their order.',
  action: 'Action of the rule. Default: replace.',
  separator: 'Separator of the values of source_labels. Default: ";".',
  regex: 'RE2 expression that must match the whole text. Default: (.*).',
  target_label: 'Label to set or to compare.',
  replacement: 'Value to set, with $1 for the first group. Default: $1.',
  modulus: 'Divisor of the hash of the source labels.',

  static_configs: 'Targets with fixed addresses.',
  targets: 'Addresses such as "127.0.0.1:9100".',
  labels: 'Labels of these targets.',
  file_sd_configs: 'Targets from files.',
  files: 'Paths that end in .json, .yml or .yaml, with * in the last part; or the sd_result_file.',
  'http_headers.files': 'Files that hold values.',
  http_sd_configs: 'Targets from HTTP servers.',
  url: 'URL at which the server lists the targets.',
  refresh_interval: 'Time for which the targets are reused before they are read again.',
  aws_sd_configs: 'The tasks of ECS as targets, one for each, as Prometheus finds them.',
  request_concurrency:
    'Accepted; Fargauge keeps its calls below the request rates of the account in any case.',

  basic_auth: 'User name and password.',
  username: 'User name.',
  username_file: 'File that holds the user name.',
  password: 'Password, or aws:secretsmanager:ARN, or aws:ssm:NAME.',
  password_file: 'File that holds the password.',
  authorization: 'The header Authorization.',
  type: 'Scheme before the credentials. Default: Bearer.',
  credentials: 'Credentials, or aws:secretsmanager:ARN, or aws:ssm:NAME.',
  credentials_file: 'File that holds the credentials.',
  bearer_token: 'Token, or aws:secretsmanager:ARN, or aws:ssm:NAME.',
  bearer_token_file: 'File that holds the token.',
  tls_config: 'Settings of TLS.',
  ca: 'Trusted certificates, in PEM format.',
  ca_file: 'File that holds them.',
  cert: 'Client certificate, in PEM format.',
  cert_file: 'File that holds it.',
  key: 'Private key of the certificate, or aws:secretsmanager:ARN, or aws:ssm:NAME.',
  key_file: 'File that holds the key.',
  server_name: 'Name that the certificate of the target must have.',
  insecure_skip_verify: 'true trusts any certificate.',
  min_version: 'Oldest version of TLS.',
  max_version: 'Newest version of TLS.',
  http_headers: 'Further headers, by their names.',
  values: 'Values that reports may show.',
  secrets: 'Values that no report shows, or aws:secretsmanager:ARN, or aws:ssm:NAME.',
};
