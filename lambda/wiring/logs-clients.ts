import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { assumedRole } from '../discovery/aws/assumed-role.ts';
import type { LogsConfig } from '../model/settings/config.ts';
import type { LogsOutputConfig } from '../model/settings/output.ts';
import { logsClient } from '../outputs/cloudwatch-logs/client.ts';

/** Defaults of outputs that name no Region or endpoint. */
export interface LogsClientsOptions {
  readonly region?: string | undefined;
  /** Replaces every other endpoint, including that of AWS STS. */
  readonly endpoint?: string | undefined;
}

/** Makes the client of an output, with the credentials of its role if it has one. */
export function logsClients({ region: own, endpoint }: LogsClientsOptions, logs: LogsConfig) {
  return ({ region, role }: LogsOutputConfig): CloudWatchLogsClient => {
    // The endpoint of the document belongs to the Region of the document.
    const isElsewhere = region !== undefined && region !== logs.region;
    return logsClient({
      region: region ?? logs.region ?? own,
      endpoint: endpoint ?? (isElsewhere ? undefined : logs.endpoint),
      ...(role && { credentials: assumedRole(role, { region: own ?? logs.region, endpoint }) }),
    });
  };
}
