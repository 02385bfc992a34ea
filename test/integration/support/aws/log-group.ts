import {
  type CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  paginateDescribeLogStreams,
  paginateGetLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';

/** An event as CloudWatch Logs gives it back. */
export interface StoredEvent {
  readonly stream: string;
  readonly timestamp: number;
  readonly message: string;
}

/** All events of a log group, stream by stream, oldest first. */
export async function readLogGroup(
  client: CloudWatchLogsClient,
  logGroupName: string,
): Promise<StoredEvent[]> {
  const stored: StoredEvent[] = [];
  for await (const { logStreams } of paginateDescribeLogStreams({ client }, { logGroupName })) {
    for (const { logStreamName = '' } of logStreams ?? []) {
      const pages = paginateGetLogEvents(
        { client, stopOnSameToken: true },
        { logGroupName, logStreamName, startFromHead: true },
      );
      for await (const { events } of pages) {
        for (const { timestamp = 0, message = '' } of events ?? []) {
          stored.push({ stream: logStreamName, timestamp, message });
        }
      }
    }
  }
  return stored;
}

/** The names of all log groups, sorted. */
export async function listLogGroups(client: CloudWatchLogsClient): Promise<string[]> {
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({}));
  return (logGroups ?? []).map(({ logGroupName = '' }) => logGroupName).sort();
}
