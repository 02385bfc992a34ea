import { AwsError } from '../protocol/protocol.ts';

/** One stored event. */
export interface StoredEvent {
  readonly group: string;
  readonly stream: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
  readonly id: string;
}

export interface LogStream {
  readonly group: string;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  /** In the order of their arrival. */
  readonly events: StoredEvent[];
}

export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  /** Days; `undefined` keeps the events for good. */
  retention: number | undefined;
  readonly streams: Map<string, LogStream>;
}

/** The log groups of the one account and Region, with read access to the delivered events. */
export class LogStore {
  readonly groups = new Map<string, LogGroup>();
  readonly #arnPrefix: string;
  readonly #clock: () => number;
  #events = 0;

  constructor(arnPrefix: string, clock: () => number) {
    this.#arnPrefix = arnPrefix;
    this.#clock = clock;
  }

  /** Milliseconds since the epoch, on the stand-in's clock. */
  now(): number {
    return this.#clock();
  }

  /** Returns a group, and creates it if it is missing. */
  putGroup(name: string): LogGroup {
    const group: LogGroup = this.groups.get(name) ?? {
      name,
      arn: `${this.#arnPrefix}:log-group:${name}`,
      createdAt: this.now(),
      retention: undefined,
      streams: new Map(),
    };
    this.groups.set(name, group);
    return group;
  }

  /** Returns a stream, and creates it and its group if they are missing. */
  putStream(groupName: string, name: string): LogStream {
    const group = this.putGroup(groupName);
    const stream: LogStream = group.streams.get(name) ?? {
      group: groupName,
      name,
      arn: `${group.arn}:log-stream:${name}`,
      createdAt: this.now(),
      events: [],
    };
    group.streams.set(name, stream);
    return stream;
  }

  /** A group by its name or ARN. Throws ResourceNotFoundException. */
  group(nameOrArn = ''): LogGroup {
    const group = this.groups.get(nameOrArn.replace(/^arn:.*:log-group:/, '').replace(/:\*$/, ''));
    if (group === undefined) throw notFound('log group');
    return group;
  }

  /** A stream by its name and its group's name or ARN. Throws ResourceNotFoundException. */
  stream(groupNameOrArn = '', name = ''): LogStream {
    const stream = this.group(groupNameOrArn).streams.get(name);
    if (stream === undefined) throw notFound('log stream');
    return stream;
  }

  append(stream: LogStream, timestamp: number, message: string): void {
    this.#events += 1;
    stream.events.push({
      group: stream.group,
      stream: stream.name,
      timestamp,
      ingestionTime: this.now(),
      message,
      id: `3${String(this.#events).padStart(55, '0')}`,
    });
  }

  /** The delivered events since the last `clear`, oldest first; equal times keep the order of their arrival. */
  events({ group, stream }: { group?: string; stream?: string } = {}): StoredEvent[] {
    const events: StoredEvent[] = [];
    for (const { name: groupName, streams } of this.groups.values()) {
      if (group !== undefined && groupName !== group) continue;
      for (const { name, events: stored } of streams.values()) {
        if (stream === undefined || name === stream) events.push(...stored);
      }
    }
    return events.sort((a, b) => a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1));
  }

  /** Forgets the events but keeps groups and streams, so that a stand-in that runs for days stays small. */
  clear(): void {
    for (const { streams } of this.groups.values()) {
      for (const { events } of streams.values()) events.length = 0;
    }
  }
}

function notFound(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', `The specified ${what} does not exist.`);
}
