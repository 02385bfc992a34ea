import type { Step } from '../model/waiting/turn.ts';

/**
 * Remembers answers to questions that come again in each cycle.
 *
 * Bounded: it keeps what this cycle and the one before asked. Once full it learns no more until the next cycle, but keeps
 * what it has. So a working set that fits is answered without a single evaluation, and of a larger one only the rest is
 * evaluated; forgetting anything to make room would forget it just before its turn comes again.
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

  /** @param step passed on to what finds an answer that is not known */
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
