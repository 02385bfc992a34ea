import type { Publications } from '../model/samples/publication.ts';

/**
 * What was decided, as a tree: one step for each question (does the rule apply, is the set complete), so that the same
 * answers lead to the same list of publications without building or comparing anything.
 */
export class Decision {
  /** Where the questions end. */
  publications: Publications | undefined;
  #yes: Decision | undefined;
  #no: Decision | undefined;

  next(answer: boolean): Decision {
    if (answer) {
      this.#yes ??= new Decision();
      return this.#yes;
    }
    this.#no ??= new Decision();
    return this.#no;
  }
}
