/** One log event, ready to be delivered. */
export interface LogEvent {
  readonly logGroup: string;
  readonly logStream: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** The event's JSON text. */
  readonly message: string;
  /** Number of its metric values that CloudWatch extracts; 0 for a plain log event. */
  readonly metrics: number;
}

/** The reason why an event was not accepted. */
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

/** The fate of the events of one `write`. */
export interface DeliveryOutcome {
  readonly accepted: number;
  readonly rejected: ReadonlyMap<RejectReason, number>;
}

/** The result of a delivery, over all its writes. */
export interface DeliveryReport {
  readonly output: string;
  /**
   * Absent: events. For samples and metrics, `events` counts accepted requests. `metrics` and `rejected` count samples, or for
   * metrics each target's part of a metric.
   */
  readonly takes?: 'samples' | 'metrics' | undefined;
  readonly events: number;
  readonly metrics: number;
  /** Bytes as CloudWatch Logs counts them: UTF-8 bytes of the messages and 26 for each event. Of requests: compressed bytes. */
  readonly bytes: number;
  readonly requests: number;
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
  /** Requests that were refused for their rate, though they may have been accepted later. Absent: none, or not counted. */
  readonly throttled?: number | undefined;
  /** One text for each distinct failure, for the log. */
  readonly errors: readonly string[];
}

/** A receiver of events. */
export interface Output {
  /** A `SampleOutput` has another value here. */
  readonly takes?: undefined;
  /** Unique among the outputs, and equal in each process: it is the key of the output's state. */
  readonly name: string;
  /** The largest event that it accepts, as `eventBytes` counts. @default `MAX_EVENT_BYTES` */
  readonly maxEventBytes?: number | undefined;
  /**
   * Begins the delivery of one cycle. `signal` is its deadline: events that are not accepted by then are rejected as
   * `deadline`.
   *
   * @param patienceMs milliseconds for which `ready` waits for a receiver that does not answer, if others would wait
   *   with it; later events are rejected as `unavailable`. @default until the deadline
   */
  open(signal: AbortSignal, patienceMs?: number): Delivery;
}

/** The delivery of one cycle. */
export interface Delivery {
  /**
   * Takes the events of one target. Resolves when each of them was accepted or rejected, at the latest in `close`;
   * never rejects. Await `ready` first to keep memory bounded.
   */
  write(events: readonly LogEvent[]): Promise<DeliveryOutcome>;
  /** Resolves when there is room for more events. */
  ready(): Promise<void>;
  /** Sends the buffered events and waits for all answers. */
  close(): Promise<DeliveryReport>;
}
