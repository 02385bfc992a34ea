import { lookup } from '../findings/lookup.ts';

/** The workspace that the agent's document sends Prometheus metrics to, by its keys under `metrics`. */
export interface AmpDestination {
  readonly workspaceId: string;
  /** The equivalent entry of `outputs`, as JSON. */
  readonly output: string;
}

/** Placeholder for an unknown Region. */
const UNKNOWN_REGION = 'REGION';

/**
 * The workspace of Amazon Managed Service for Prometheus that the agent's document sends its metrics to; undefined
 * without one.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-PrometheusEC2.html
 *
 * @param region default of the document
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
