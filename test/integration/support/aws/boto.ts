import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PYTHON } from '../places.ts';

const PROGRAM = join(import.meta.dirname, 'boto.py');

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Whom to call, and as whom. */
export interface BotoSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
}

export interface BotoCall {
  /** As boto3 calls it: `lambda`. */
  readonly service: string;
  /** `get_function`. */
  readonly operation: string;
  /** @default nothing */
  readonly input?: Readonly<Record<string, unknown>>;
  /** What of the output is asked for, in JMESPath. @default all */
  readonly query?: string;
}

/** The AWS SDK for Python, which moto brings along: it has all APIs, of which the project has clients for few. */
export interface Boto extends AsyncDisposable {
  /** @throws Error that names the code of the API's error */
  call<Output = unknown>(settings: BotoSettings, call: BotoCall): Promise<Output>;
}

/** Starts a Python that makes one call after the other. */
export function startBoto(): Boto {
  const child = spawn(PYTHON, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  let last: Promise<unknown> = Promise.resolve();

  async function call(
    { endpoint, region, credentials }: BotoSettings,
    { service, operation, input = {}, query }: BotoCall,
  ): Promise<unknown> {
    const settings = {
      endpoint_url: endpoint,
      region_name: region,
      aws_access_key_id: credentials.accessKeyId,
      aws_secret_access_key: credentials.secretAccessKey,
      aws_session_token: credentials.sessionToken ?? null,
    };
    const answer = once(lines, 'line');
    child.stdin.write(
      `${JSON.stringify({ service, operation, input, query: query ?? null, settings })}\n`,
    );
    const [line] = await answer;
    const { output, code, message } = JSON.parse(line);
    if (code !== undefined) throw new Error(`${code}: ${message}`);
    return output;
  }

  return {
    call: <Output>(settings: BotoSettings, each: BotoCall) => {
      const answer = last.then(() => call(settings, each) as Promise<Output>);
      last = answer.catch(() => undefined);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
