import type { Step } from '../model/waiting/turn.ts';

/**
 * Remembers answers to questions that return in each cycle.
 *
 * It keeps the questions of this cycle and the one before, up to a limit. Once full, it adds none until the next cycle,
 * but keeps those it has, because dropping an answer for a new one would drop it just before it is needed again.
 */
export class Answers<T extends NonNullable<unknown>> {
  readonly #capacity: number;
  readonly #answer: (question: string, step?: Step) => T;
  #current = new Map<string, T>();
  #previous = new Map<string, T>();

  constructor(capacity: number, answer: (question: string, step?: Step) => T) {
    this.#capacity = capacity;
    this.#answer = answer;
  }

  get size(): number {
    return this.#current.size + this.#previous.size;
  }

  /** Begins a cycle. */
  begin(): void {
    this.#previous = this.#current;
    this.#current = new Map();
  }

  /** @param step passed to the function that finds a missing answer */
  to(question: string, step?: Step): T {
    const current = this.#current.get(question);
    if (current !== undefined) return current;
    const known = this.#previous.get(question);
    if (known === undefined && this.size >= this.#capacity) return this.#answer(question, step);
    const answer = known ?? this.#answer(question, step);
    this.#previous.delete(question);
    this.#current.set(question, answer);
    return answer;
  }
}
