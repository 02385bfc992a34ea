import { isTime, type Time, timeOf } from './sample-writer.ts';

/** The times of samples, each encoded once: samples of one target usually share them. */
export class SampleTimes {
  readonly #hasStarts: boolean;
  readonly #plain = new Map<number, Time>();
  readonly #started = new Map<string, Time>();
  /** Neighbors usually have the same time. */
  #lastTime = Number.NaN;
  #lastStart: number | undefined;
  #last: Time | undefined;

  /** @param hasStarts whether samples are sent with the start of their series */
  constructor(hasStarts: boolean) {
    this.#hasStarts = hasStarts;
  }

  /**
   * @param time milliseconds, an integer that can be sent
   * @param start milliseconds; ignored if it is invalid or after the sample
   */
  of(time: number, start: number | undefined): Time {
    if (time === this.#lastTime && start === this.#lastStart && this.#last) return this.#last;
    const began = this.#hasStarts && start !== undefined ? startFor(time, start) : undefined;
    const found = began === undefined ? this.#plainOf(time) : this.#startedOf(time, began);
    this.#lastTime = time;
    this.#lastStart = start;
    this.#last = found;
    return found;
  }

  #plainOf(time: number): Time {
    let found = this.#plain.get(time);
    if (found === undefined) {
      found = timeOf(time);
      this.#plain.set(time, found);
    }
    return found;
  }

  #startedOf(time: number, start: number): Time {
    const key = `${time} ${start}`;
    let found = this.#started.get(key);
    if (found === undefined) {
      found = timeOf(time, start);
      this.#started.set(key, found);
    }
    return found;
  }
}

/** A start as it is sent: 0 would mean none, so the specification uses 1. */
function startFor(time: number, start: number): number | undefined {
  if (!isTime(start) || start > time) return undefined;
  return Math.trunc(start) || 1;
}
