import { unlessAborted } from '../../model/waiting/unless-aborted.ts';
import { LeftOutTally } from '../found/left-out.ts';
import { ENTRIES, type EntryName, entriesIn } from './answer-entries.ts';
import type { Operation, RequestBudget } from './request-budget.ts';

/** Calls of an AWS API that failed in the same way after all attempts. */
export interface DiscoveryError {
  /** Such as `ListTasks`. */
  readonly operation: string;
  /** The SDK's name of the error, the network's code, or one of discovery's own such as `Deadline`. */
  readonly code: string;
  /** For the log. */
  readonly message: string;
  /** Number of calls that failed so. */
  readonly count: number;
}

/** Options of the SDK's clients for a command. */
export interface CallOptions {
  readonly abortSignal: AbortSignal;
}

/** Resources that a message names at most. */
export const MAX_NAMED = 3;

/** Codes for a missing permission: of ECS, then of EC2. */
const DENIED = new Set(['AccessDeniedException', 'UnauthorizedOperation']);

/** The calls of one refresh. Retries and backoff are the SDK's, which obeys the abort signal. */
export class ApiCalls {
  readonly #budget: RequestBudget;
  readonly #scope: string;
  readonly #signal: AbortSignal;
  readonly #denied = new Map<Operation, DiscoveryError>();
  readonly #errors = new Map<string, DiscoveryError>();
  /** Resources that the failed calls asked for. */
  readonly #asked = new Map<string, AskedFor>();
  /** Entries of answers that are not as AWS documents them. */
  readonly leftOut = new LeftOutTally();

  /** @param scope the subject of the calls, as messages say it after the operation: `of shop` */
  constructor(budget: RequestBudget, scope: string, signal: AbortSignal) {
    this.#budget = budget;
    this.#scope = scope;
    this.#signal = signal;
  }

  get errors(): readonly DiscoveryError[] {
    return Array.from(this.#errors, ([message, error]) => ({
      ...error,
      message: message + describe(this.#asked.get(message)),
    }));
  }

  /**
   * The answer of one call, or `undefined` after a failure, whose error is then among `errors`. An operation that was
   * denied is not called again.
   *
   * @param about names of the requested resources, for the error. @default the scope
   */
  async call<Answer>(
    operation: Operation,
    send: (options: CallOptions) => Promise<Answer>,
    about: readonly string[] = [],
  ): Promise<Answer | undefined> {
    const what = `${operation} ${this.#scope}`.trimEnd();
    const refused = this.#denied.get(operation);
    if (refused !== undefined) return this.#note(refused, about);
    try {
      await this.#budget.admit(operation, this.#signal);
    } catch {
      const message = `${what} waited until the deadline, to stay below the request rate of the account`;
      return this.#note({ operation, code: 'RequestRate', message, count: 1 }, about);
    }
    try {
      // Another call may have been denied during the wait.
      const denied = this.#denied.get(operation);
      if (denied !== undefined) return this.#note(denied, about);
      if (this.#signal.aborted) return this.#note(late(operation, what), about);
      const answer = await unlessAborted(send({ abortSignal: this.#signal }), this.#signal);
      if (answer === undefined || answer === null) throw new TypeError('The answer is empty');
      return answer;
    } catch (cause) {
      const error = this.#signal.aborted ? late(operation, what) : errorOf(operation, what, cause);
      if (DENIED.has(error.code)) this.#denied.set(operation, error);
      return this.#note(error, about);
    } finally {
      this.#budget.done();
    }
  }

  /**
   * The valid entries of a list in an answer. Counts each other entry as left out, as `malformed`.
   *
   * @param key name of the list in the answer
   */
  entries<Entry>(operation: Operation, key: string, list: unknown): readonly Entry[] {
    const name = key in ENTRIES ? (key as EntryName) : 'arns';
    const { entries, odd } = entriesIn(name, list);
    for (const why of odd) this.odd(operation, `${key}: ${why}`);
    return entries as readonly Entry[];
  }

  /** Counts a fault of an answer as left out. @param why follows the name of the operation */
  odd(operation: Operation, why: string, count = 1): void {
    const detail = `${`${operation} ${this.#scope}`.trimEnd()}: ${why}`;
    this.leftOut.add({ reason: 'malformed', subject: { detail } }, count);
  }

  /** Records that an answer of an operation cannot be used. @param why follows the name in the message */
  fail(operation: Operation, code: string, why: string): void {
    const what = `${operation} ${this.#scope}`.trimEnd();
    this.#note({ operation, code, message: `${what} ${why}`, count: 1 }, []);
  }

  #note(error: DiscoveryError, about: readonly string[]): undefined {
    const { message } = error;
    const count = (this.#errors.get(message)?.count ?? 0) + 1;
    this.#errors.set(message, { ...error, count });
    const asked = this.#asked.get(message) ?? { first: [], count: 0 };
    const first = [...asked.first, ...about].slice(0, MAX_NAMED);
    this.#asked.set(message, { first, count: asked.count + about.length });
  }
}

/** The requested resources: the first names, and the number of all. */
interface AskedFor {
  readonly first: readonly string[];
  readonly count: number;
}

function describe({ first, count }: AskedFor = { first: [], count: 0 }): string {
  if (count === 0) return '';
  const more = count - first.length;
  return ` (asked for ${first.join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
}

function late(operation: Operation, what: string): DiscoveryError {
  const message = `${what} got no answer by the deadline`;
  return { operation, code: 'Deadline', message, count: 1 };
}

/** An error that the SDK throws: its own errors have a name, those of the network a code and often no message. */
function errorOf(operation: Operation, what: string, cause: unknown): DiscoveryError {
  const { name = 'Error', message = '', code } = cause as Partial<NodeJS.ErrnoException>;
  const known = name === 'Error' && code !== undefined ? code : name;
  const why = DENIED.has(known)
    ? `is denied; the role needs ${actionOf(operation)}.`
    : `failed. ${known}:`;
  return { operation, code: known, message: `${what} ${why} ${message}`.trim(), count: 1 };
}

function actionOf(operation: Operation): string {
  const isEc2 = operation === 'DescribeInstances' || operation === 'DescribeNetworkInterfaces';
  return `${isEc2 ? 'ec2' : 'ecs'}:${operation}`;
}
