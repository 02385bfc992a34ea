import type { ScrapeFailure } from '../../lambda/model/targets/scrape-error.ts';

/** For each reason why a target is down, what to do about it. */
export const FAILURE_TEXTS: Readonly<Record<ScrapeFailure, string>> = {
  invalid_url: 'correct the address that relabel_configs or the list of targets makes',
  forbidden_address:
    'give another address: the collector may not reach link-local ones, and in Lambda no loopback ones',
  target_limit: 'raise target_limit of the job, or let fewer targets match it',
  dns: 'correct the name, or let the VPC resolve it',
  connect_refused:
    'start the process that listens on this port, and let it listen on all addresses instead of loopback alone',
  connect_timeout:
    'let the security group of the tasks take the collector in on this port, and check subnets and routes',
  unreachable:
    'let the security group of the tasks take the collector in on this port, and check subnets and routes',
  connection_lost: "read the application's log, and correct scheme and tls_config",
  not_http: 'correct the port, or scheme of the job',
  tls: 'correct tls_config of the job, or the certificate of the target',
  redirect: 'name the final address in the job',
  timeout: 'make the page faster or smaller, or scrape_timeout longer',
  deadline: 'give the cycle more time or memory, or divide the targets',
  postponed: 'make the page smaller: it takes more than its share of the cycle',
  http_status: 'correct metrics_path or the credentials of the job',
  content_type: 'leave protobuf out of scrape_protocols',
  truncated: "read the application's log: the answer breaks off",
  body_limit: 'raise body_size_limit of the job, or let the target give less',
  memory: 'give the collector more memory, or the target a smaller page',
  sample_limit: 'raise sample_limit of the job, or let the target give less',
  label_limit: 'raise label_limit of the job, or drop labels',
  label_name_length_limit: 'raise label_name_length_limit of the job, or rename the label',
  label_value_length_limit: 'raise label_value_length_limit of the job, or drop the label',
  invalid_series: 'correct metric_relabel_configs: they make an invalid series',
  invalid_body: 'let the target answer with the Prometheus text format or OpenMetrics',
  internal: 'report this defect of the collector',
};

/** The text of a reason that may be from a recording of another version. */
export function failureText(reason: string): string | undefined {
  return Object.hasOwn(FAILURE_TEXTS, reason) ? FAILURE_TEXTS[reason as ScrapeFailure] : undefined;
}
