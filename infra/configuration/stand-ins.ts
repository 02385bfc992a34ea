import { StringConcat, Token, Tokenization } from 'aws-cdk-lib/core';

const STAND_IN = /known-at-deployment-(\d+)/g;

/** What the value of these keys looks like; what stands before the name of the stand-in goes with it. */
const ROLE = 'arn:aws:iam::123456789012:role/';
const ROLE_KEY = /(role_arn["']?\s*:\s*["']?)(?=known-at-deployment-)/g;
const ROLE_STAND_IN = new RegExp(`${ROLE}(?=known-at-deployment-)`, 'g');

/** How the library writes lists that only the deployment knows, and what may be such a number. */
const LIST = '#{Token[';
const NUMBER = /-\d\.\d+e\+2\d\d/g;

/** Words in the place of the values in documents that only the deployment knows, so that the documents can be checked. */
export class StandIns {
  readonly #values: string[] = [];

  /** A document, with a word of its own for each such value. */
  replace(text: string): string {
    if (!Token.isUnresolved(text)) return text;
    return Tokenization.reverseString(text)
      .mapTokens({ mapToken: (token) => this.#standInOf(Token.asString(token)) })
      .join(new StringConcat())
      .replace(ROLE_KEY, `$1${ROLE}`);
  }

  /** The value that a text stands for. */
  restore(text: string): string {
    if (this.#values.length === 0) return text;
    return text
      .replace(ROLE_STAND_IN, '')
      .replace(STAND_IN, (word, index) => this.#values[Number(index)] ?? word);
  }

  get isUsed(): boolean {
    return this.#values.length > 0;
  }

  #standInOf(value: string): string {
    const known = this.#values.indexOf(value);
    return `known-at-deployment-${known < 0 ? this.#values.push(value) - 1 : known}`;
  }
}

/** What is wrong with a document that has values of the deployment for which no text can stand. */
export function impossibleValue(text: string): string | undefined {
  if (text.includes(LIST)) {
    return 'a list that only the deployment knows: write its items, each of which may be a value of the deployment';
  }
  const isUnknown = (number: string) => Token.isUnresolved(Number(number));
  return (text.match(NUMBER) ?? []).some(isUnknown)
    ? 'a number that only the deployment knows: write the number itself'
    : undefined;
}
