import type { LookupFunction } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Extras, Wanted } from '../model/samples/sample.ts';
import type { Decoder } from '../model/targets/decoder.ts';
import type { Divide } from '../model/targets/division.ts';
import { ScrapeError } from '../model/targets/scrape-error.ts';
import type { Target } from '../model/targets/target.ts';
import type { Turn } from '../model/waiting/turn.ts';
import { type HistoryAnswer, historyOf, isOfInstance, withSince } from './history.ts';
import { ByteBudget } from './http/bytes/budget.ts';
import { type Exposition, fetchExposition } from './http/exchange.ts';
import type { Postponement } from './http/response-body.ts';
import { labelsMatter } from './metric-relabeling.ts';
import { Pages } from './pages.ts';
import type { ScrapeTimes } from './times.ts';
import { Undelivered } from './undelivered.ts';

/** The options of one scrape. */
export interface ReadOptions {
  /** Of a target that keeps a history: the cursor of its last scrape, or Unix seconds. */
  readonly since?: string | undefined;
  /** Whether nothing is known of the target's history, so that its beginning is no gap. @default false */
  readonly isFirst?: boolean | undefined;
  /** Selects the series to decode, if that needs no labels. @default all */
  readonly wanted?: Wanted | undefined;
  /** Parts to decode beside values. @default none */
  readonly extras?: Extras | undefined;
  /** Called right before the answer is decoded, which calls `wanted` in the same turn. */
  readonly onDecode?: (() => void) | undefined;
  /** The target's share of the process's time. @default no limit */
  readonly turn?: Turn | undefined;
  /** The condition for failing a large answer as `postponed`. @default the answer is read now */
  readonly postponement?: Postponement | undefined;
  /** Divides the answer of an instance's daemon. @default it is read as that of one target */
  readonly divide?: Divide | undefined;
}

/** The parts that a reader needs. */
export interface ReaderOptions {
  /** Resolves names. @default the system's */
  readonly lookup?: LookupFunction;
  /** Bytes of memory of the process. @default 512 MiB */
  readonly memory?: number;
}

/** Default memory of the function. */
const DEFAULT_MEMORY_BYTES = 512 * 2 ** 20;

/** The part of the memory for all bodies together. Their samples take several times as much. */
const BODIES_SHARE = 1 / 16;

/** The part of the memory for answers that are decoded and not yet delivered. Their samples take several times as much. */
const UNDELIVERED_SHARE = 1 / 32;

/** The part of the memory for all data of one answer, and the bytes of each of its samples until they are delivered. */
const ANSWER_SHARE = 1 / 8;
const SAMPLE_BYTES = 1_024;

/** The part of the memory for the metric names of one answer. */
const NAMES_SHARE = 1 / 32;

/**
 * Pages of one target in a cycle. A target chooses how small its pages are, and each costs a request. Pages of 4 MiB fill the memory
 * sooner.
 */
const MAX_PAGES = 32;

/** The answer of a target. */
export interface Read {
  readonly pages: Pages;
  /** As in a `Scrape`. */
  readonly cursor: string | undefined;
  readonly breach: string | undefined;
  /** As in a `Scrape`. */
  readonly awaitsMinute: boolean;
  /** Whether it reports all tasks of an instance, and must be divided. */
  readonly isOfInstance: boolean;
  /** Called once, when the outputs have the samples. */
  readonly release: () => void;
}

/** A read under way. */
interface Reading {
  readonly target: Target;
  readonly deadline: AbortSignal;
  readonly times: ScrapeTimes;
  readonly room: Room;
  readonly pages: Pages;
}

/** Requests and decodes the answers of targets, within the memory of the process. */
export class TargetReader {
  readonly #lookup: LookupFunction | undefined;
  readonly #bodies: ByteBudget;
  readonly #undelivered: Undelivered;
  readonly #maxSamples: number;
  readonly #maxNameBytes: number;
  readonly #decoder: Decoder;
  #turns: Promise<void> = Promise.resolve();

  constructor(decoder: Decoder, { lookup, memory = DEFAULT_MEMORY_BYTES }: ReaderOptions = {}) {
    this.#decoder = decoder;
    this.#lookup = lookup;
    this.#bodies = new ByteBudget(memory * BODIES_SHARE);
    this.#undelivered = new Undelivered(memory * UNDELIVERED_SHARE);
    this.#maxSamples = Math.floor((memory * ANSWER_SHARE) / SAMPLE_BYTES);
    this.#maxNameBytes = memory * NAMES_SHARE;
  }

  /** Resolves when there is room for an answer, or at the deadline. */
  begin(deadline: AbortSignal): Promise<void> {
    return this.#undelivered.begin(deadline);
  }

  /**
   * Requests a target, and then further pages of its history while there is room.
   *
   * @throws ScrapeError, TurnOverError
   */
  async read(
    target: Target,
    deadline: AbortSignal,
    options: ReadOptions,
    times: ScrapeTimes,
  ): Promise<Read> {
    const room = new Room();
    try {
      return await this.#read({ target, deadline, times, room, pages: new Pages() }, options);
    } catch (error) {
      room.release();
      throw error;
    }
  }

  async #read(reading: Reading, options: ReadOptions): Promise<Read> {
    const { pages, room } = reading;
    const first = await this.#page(reading, options, options.since);
    let { history } = first;
    let gap = options.isFirst ? undefined : history?.gap;
    let awaitsMinute = history?.awaitsMinute ?? false;
    let rest: string | undefined;
    while (history?.more && this.#hasRoomFor(reading)) {
      const { cursor } = history;
      const ahead = { ...options, postponement: undefined };
      try {
        const next = (await this.#page(reading, ahead, cursor)).history;
        if (next === undefined) {
          rest = `the page of the history since ${cursor} has no valid fargauge-history-until`;
          break;
        }
        history = next;
        gap ??= next.gap;
        awaitsMinute &&= next.awaitsMinute;
      } catch (error) {
        // The pages so far count, and the cursor requests the rest again.
        rest = `the history since ${cursor} was not read: ${error instanceof Error ? error.message : error}`;
        break;
      }
    }
    return {
      pages,
      cursor: history?.cursor,
      awaitsMinute,
      breach: pages.breach ?? gap ?? rest,
      isOfInstance: first.isOfInstance,
      release: () => room.release(),
    };
  }

  /** Whether another page of the same size fits. */
  #hasRoomFor({ pages: { samples, count }, deadline }: Reading): boolean {
    if (count >= MAX_PAGES || deadline.aborted || this.#undelivered.isFull) return false;
    return samples.length + samples.length / count <= this.#maxSamples;
  }

  /** Requests one page, and adds it to the others. @throws ScrapeError, TurnOverError */
  async #page(
    { target, deadline, times, room, pages }: Reading,
    { wanted, extras, onDecode, turn, postponement, divide }: ReadOptions,
    since: string | undefined,
  ): Promise<{ readonly history: HistoryAnswer | undefined; readonly isOfInstance: boolean }> {
    let answer: Exposition | undefined;
    try {
      const { url: plain, wholeMinutes } = target;
      const url = since === undefined ? plain : withSince(plain, since, wholeMinutes);
      answer = await fetchExposition({ ...target, url }, deadline, {
        lookup: this.#lookup,
        bodies: this.#bodies,
        postponement,
      });
      const { length } = answer.body;
      const answeredAt = performance.now();
      room.add(
        pages.count > 0
          ? this.#undelivered.take(length)
          : await this.#undelivered.admit(length, deadline),
      );
      times.pause(performance.now() - answeredAt);
      await this.#turn();
      if (deadline.aborted) {
        throw new ScrapeError('deadline', 'the cycle ended before the answer was read');
      }
      const mayReport = divide !== undefined && target.neighbour !== undefined;
      const isDivided = since !== undefined && mayReport && isOfInstance(answer.headers);
      onDecode?.();
      turn?.begin();
      const decoded = this.#decoder.decode(target, answer, {
        ...extras,
        // Unwanted samples are counted task by task.
        wanted: labelsMatter(target) || isDivided ? undefined : wanted,
        normalizeBounds: target.normalizeBounds,
        step: turn?.step,
        maxSamples: this.#maxSamples,
        maxNameBytes: this.#maxNameBytes,
      });
      pages.add(decoded, length);
      const history = since === undefined ? undefined : historyOf(answer.headers, since);
      return { history, isOfInstance: isDivided };
    } finally {
      turn?.end();
      answer?.release();
    }
  }

  /**
   * Resolves in a later turn of the event loop. Otherwise several bodies that arrive together would be read without a
   * turn for timers, and so past the end of the cycle.
   */
  #turn(): Promise<void> {
    this.#turns = this.#turns.then(() => setImmediate());
    return this.#turns;
  }
}

/** The room for the pages of a scrape until they are delivered. */
class Room {
  readonly #releases: (() => void)[] = [];

  add(release: (() => void) | undefined): void {
    if (release !== undefined) this.#releases.push(release);
  }

  release(): void {
    for (const release of this.#releases.splice(0)) release();
  }
}
