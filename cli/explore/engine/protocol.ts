import type { ExplanationView } from './sent.ts';
import type { AlarmView, EvaluationView, OpenedView, SeriesListView } from './view.ts';

/** The questions of the page to the engine in its worker, with their answers. */
export interface Engine {
  /** @param text of a recording. Rejects if it is none, with each error on a line */
  open(text: string): Promise<OpenedView>;
  evaluate(rules: string): Promise<EvaluationView>;
  list(family: string, words: string): Promise<SeriesListView>;
  /** The names of the families with a series whose text contains all words. */
  families(words: string): Promise<readonly string[]>;
  explain(id: number): Promise<ExplanationView | undefined>;
  alarm(): Promise<AlarmView>;
  /** The rules with the edit that takes a series. Rejects if there is none. */
  edited(id: number): Promise<string>;
}

export interface Question {
  readonly id: number;
  readonly method: keyof Engine;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };
