import { PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { LogBatch } from './batch.ts';

/** The part of a request of the SDK that this changes. */
interface HttpRequest {
  body: unknown;
}

/** A PutLogEvents whose body is written already. Its input has no events. */
export class PutBatchCommand extends PutLogEventsCommand {
  /** JSON. */
  readonly body: Buffer;

  constructor(batch: LogBatch) {
    super({ logGroupName: batch.group, logStreamName: batch.stream, logEvents: [] });
    this.body = batch.body();
    this.middlewareStack.add(
      (next) => (args) => {
        (args.request as HttpRequest).body = this.body;
        return next(args);
      },
      // After the serializer, and before the length and the signature.
      { step: 'build', priority: 'high', name: 'writtenBody' },
    );
  }
}
