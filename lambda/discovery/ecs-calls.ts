import type { ECSClient } from '@aws-sdk/client-ecs';

/** The part of the SDK's client that is used. */
export type EcsSender = Pick<ECSClient, 'send'>;

/** Calls of the ECS API that failed for good, all in the same way. */
export interface DiscoveryError {
  /** Such as `ListTasks`. */
  readonly operation: string;
  /** The SDK's name of the error, the network's code, or `Deadline`. */
  readonly code: string;
  /** For the log. */
  readonly message: string;
  /** How many calls failed so. */
  readonly count: number;
}

/** The calls of one refresh. Retries and backoff are the SDK's standard strategy, which obeys the abort signal. */
export class EcsCalls {
  readonly #signal: AbortSignal;
  readonly #denied = new Map<string, DiscoveryError>();
  readonly #errors = new Map<string, DiscoveryError>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get errors(): readonly DiscoveryError[] {
    return [...this.#errors.values()];
  }

  /**
   * The answer of one call, or `undefined` where it failed: then its error is among `errors`. An operation that was
   * denied is not called again.
   */
  async call<Answer>(
    operation: string,
    send: (options: { abortSignal: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const denied = this.#denied.get(operation);
    if (denied !== undefined) return this.#note(denied);
    if (this.#signal.aborted) return this.#note(late(operation));
    try {
      return await send({ abortSignal: this.#signal });
    } catch (cause) {
      const error = this.#signal.aborted ? late(operation) : errorOf(operation, cause);
      if (error.code === 'AccessDeniedException') this.#denied.set(operation, error);
      return this.#note(error);
    }
  }

  #note(error: DiscoveryError): undefined {
    const count = (this.#errors.get(error.message)?.count ?? 0) + 1;
    this.#errors.set(error.message, { ...error, count });
  }
}

function late(operation: string): DiscoveryError {
  return {
    operation,
    code: 'Deadline',
    message: `${operation} was not answered by the deadline`,
    count: 1,
  };
}

/** What the SDK throws: its own errors have a name, those of the network a code and often no message. */
function errorOf(operation: string, cause: unknown): DiscoveryError {
  const { name = 'Error', message = '', code } = cause as Partial<NodeJS.ErrnoException>;
  const known = name === 'Error' && code !== undefined ? code : name;
  const why =
    known === 'AccessDeniedException'
      ? `is denied; the role needs ecs:${operation}.`
      : `failed. ${known}:`;
  return { operation, code: known, message: `${operation} ${why} ${message}`.trim(), count: 1 };
}
