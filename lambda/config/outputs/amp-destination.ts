import { lookup } from '../findings/lookup.ts';

/** What the agent's document has under `metrics` to send Prometheus metrics to a workspace. */
export interface AmpDestination {
  readonly workspaceId: string;
  /** The entry of `outputs` that does the same, as JSON. */
  readonly output: string;
}

/** What stands for a Region that nothing names. */
const UNKNOWN_REGION = 'REGION';

/**
 * The workspace of Amazon Managed Service for Prometheus that a document of the agent sends its Prometheus metrics to;
 * undefined where it sends them to none.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-PrometheusEC2.html
 *
 * @param region where the document names none
 */
export function ampDestination(
  document: unknown,
  region: string | undefined,
): AmpDestination | undefined {
  const metrics = lookup(document, 'metrics');
  const id = lookup(metrics, 'metrics_destinations', 'amp', 'workspace_id');
  if (typeof id !== 'string' || lookup(metrics, 'metrics_collected', 'prometheus') === undefined) {
    return undefined;
  }
  const own = lookup(document, 'agent', 'region');
  const where = typeof own === 'string' && own !== '' ? own : (region ?? UNKNOWN_REGION);
  const host = `aps-workspaces.${where}.amazonaws.com${where.startsWith('cn-') ? '.cn' : ''}`;
  const url = `https://${host}/workspaces/${id}/api/v1/remote_write`;
  return { workspaceId: id, output: JSON.stringify({ type: 'remote_write', url }) };
}
