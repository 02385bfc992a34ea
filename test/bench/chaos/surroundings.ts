import { startAws } from '../../../cli/demo/aws/server.ts';
import { type S3Server, startS3 } from '../../state/s3-server.ts';
import { answerParent } from '../answer-parent.ts';
import { killProcess } from './kill-process.ts';

/** Where the collector keeps its state: the bucket and the key. */
const STATE = 'bench/state';

/** When a process is killed that writes its state. */
export type WriteOfState = 'before it is stored' | 'before it is answered';

export type SurroundingsRequest =
  | { readonly kind: 'start' }
  | { readonly kind: 'kill'; readonly pid: number; readonly when: WriteOfState }
  /** What was delivered since the last time. */
  | { readonly kind: 'take' };

export interface SurroundingsAnswer {
  /** The collector's environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** By instance: what the counter grew by. Each of them had its gauge published, too. */
  readonly increases: Readonly<Record<string, number>>;
}

let env: Record<string, string> = {};
let delivered: () => Record<string, number> = () => ({});
let s3: S3Server;

answerParent(async (request: SurroundingsRequest): Promise<SurroundingsAnswer> => {
  if (request.kind === 'start') await start();
  if (request.kind === 'kill') kill(request.pid, request.when);
  return { env, increases: request.kind === 'take' ? delivered() : {} };
});

async function start(): Promise<void> {
  const aws = await startAws();
  s3 = await startS3();
  env = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    FARGAUGE_STATE: `s3://${STATE}`,
  };
  delivered = () => {
    const increases: Record<string, number> = {};
    for (const { message } of aws.logs.events()) {
      const {
        instance,
        shop_temperature: gauge,
        shop_orders_total: increase,
      } = JSON.parse(message);
      if (gauge !== undefined || increase !== undefined) {
        increases[instance] = (increases[instance] ?? 0) + (Number(increase) || 0);
      }
    }
    aws.logs.clear();
    // Until the next cycle begins a minute has passed, in which the lease of one that was killed ends.
    s3.objects.delete(`${STATE}.lease`);
    return increases;
  };
}

function kill(pid: number, when: WriteOfState): void {
  const killNow = async () => {
    killProcess(pid);
    s3.before = undefined;
    s3.afterWrite = undefined;
  };
  s3.before = (method, name) => {
    if (method !== 'PUT' || name !== STATE) return undefined;
    if (when === 'before it is answered') {
      s3.afterWrite = killNow;
      return undefined;
    }
    // Never goes on: what the dead have sent is not stored.
    return killNow().then(() => new Promise(() => {}));
  };
}
