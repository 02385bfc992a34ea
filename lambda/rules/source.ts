import { costOfMatching } from '../model/samples/matched-text.ts';
import type { Labels } from '../model/samples/sample.ts';
import type { Pattern } from '../model/settings/config.ts';
import type { Step } from '../model/waiting/turn.ts';
import { Answers } from './answers.ts';

/** Default number of joined texts whose matches are remembered. */
const REMEMBERED_TEXTS = 100_000;

/** The source labels of one or more declarations, and the matchers of these. */
export class Source {
  readonly #labels: readonly string[];
  readonly #separator: string;
  readonly #matchers: Pattern[] = [];
  readonly #matches: Answers<readonly boolean[]>;

  /** @param capacity joined texts whose matches are remembered. @default 100,000 */
  constructor(labels: readonly string[], separator: string, capacity = REMEMBERED_TEXTS) {
    this.#labels = labels;
    this.#separator = separator;
    this.#matches = new Answers(capacity, (text, step) =>
      this.#matchers.map((matcher) => {
        step?.(costOfMatching(text, matcher));
        return matcher.test(text);
      }),
    );
  }

  /** @returns its index in the result of `matches` */
  add(matcher: Pattern): number {
    return this.#matchers.push(matcher) - 1;
  }

  /** Begins a cycle. */
  begin(): void {
    this.#matches.begin();
  }

  /**
   * Whether each matcher matches the joined labels.
   * @param step called for each new match; an error that it throws ends the work
   */
  matches(labels: Labels, step?: Step): readonly boolean[] {
    let text: string | undefined;
    for (const label of this.#labels) {
      const value = labels[label] ?? '';
      text = text === undefined ? value : text + this.#separator + value;
    }
    return this.#matches.to(text ?? '', step);
  }
}
