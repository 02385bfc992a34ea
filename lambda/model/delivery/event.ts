/** One log event, ready to be delivered. */
export interface LogEvent {
  readonly logGroup: string;
  readonly logStream: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** The event's JSON text. */
  readonly message: string;
  /** Number of metric values in it that CloudWatch is told to extract; 0 for a plain log event. */
  readonly metrics: number;
}

/** Why an event was not accepted. */
export type RejectReason =
  | 'too_old'
  | 'too_new'
  | 'expired'
  | 'too_large'
  | 'throttled'
  | 'access_denied'
  | 'deadline'
  | 'unavailable'
  | 'refused';

/** What became of the events of one `write`. */
export interface DeliveryOutcome {
  readonly accepted: number;
  readonly rejected: ReadonlyMap<RejectReason, number>;
}

/** What a delivery cost and achieved, over all its writes. */
export interface DeliveryReport {
  readonly output: string;
  /** Then `events` are accepted requests, `metrics` samples, and `rejected` counts samples. Absent: events. */
  readonly takes?: 'samples' | undefined;
  readonly events: number;
  readonly metrics: number;
  /** As CloudWatch Logs counts: UTF-8 bytes of the messages and 26 bytes for each event. Of requests, compressed. */
  readonly bytes: number;
  readonly requests: number;
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
  /** One text for each distinct failure, for the log. */
  readonly errors: readonly string[];
}

/** A place where events go. */
export interface Output {
  /** A `SampleOutput` takes something else. */
  readonly takes?: undefined;
  /** Of no other output, and the same in each process: what is remembered between cycles is found by it. */
  readonly name: string;
  /** The largest event that it takes, as `eventBytes` counts. @default `MAX_EVENT_BYTES` */
  readonly maxEventBytes?: number | undefined;
  /**
   * Begins the delivery of one cycle. `signal` is its deadline: what is not accepted by then is rejected as `deadline`.
   *
   * @param patienceMs for how long `ready` waits at a place that answers nothing, where others would wait with it: what
   *   comes then is rejected as `unavailable`. @default until the deadline
   */
  open(signal: AbortSignal, patienceMs?: number): Delivery;
}

/** The delivery of one cycle. */
export interface Delivery {
  /**
   * Takes the events of one target. Resolves when each of them was accepted or rejected, which may be as
   * late as `close`; never rejects. Await `ready` first to keep memory bounded.
   */
  write(events: readonly LogEvent[]): Promise<DeliveryOutcome>;
  /** Resolves when there is room for more events. */
  ready(): Promise<void>;
  /** Sends what is buffered and waits for all answers. */
  close(): Promise<DeliveryReport>;
}
