import type { Publications } from '../model/samples/publication.ts';

/**
 * A tree of decisions: one step for each question (does the rule apply, is the set complete), so that equal answers
 * lead to the same list of publications without building or comparing lists.
 */
export class Decision {
  /** The publications at the last question. */
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
