import { StringConcat, Token, Tokenization } from 'aws-cdk-lib/core';
import { parseDocument } from 'yaml';
import { formatPath, type Path } from '../../lambda/config/findings/place.ts';

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

/** What is wrong with a document that has a value of the deployment for which no text can stand, and where it is. */
export function impossibleValue(text: string): string | undefined {
  if (!text.includes(LIST) && !(text.match(NUMBER) ?? []).some(isUnknownNumber)) return undefined;
  for (const [path, value] of valuesIn(parseDocument(text).toJS())) {
    if (typeof value === 'string' && value.includes(LIST)) {
      return `${formatPath(path)}: expected a list whose items may be values of the deployment, got a list that only the deployment knows`;
    }
    if (typeof value === 'number' && isUnknownNumber(value)) {
      return `${formatPath(path)}: expected the number itself, got one that only the deployment knows`;
    }
  }
  return undefined;
}

function isUnknownNumber(number: string | number): boolean {
  return Token.isUnresolved(Number(number));
}

/** What is no object or list in a document, with the way to it. */
function* valuesIn(value: unknown, path: Path = []): Generator<readonly [Path, unknown]> {
  if (typeof value !== 'object' || value === null) yield [path, value];
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* valuesIn(item, [...path, index]);
  } else for (const [key, item] of Object.entries(value)) yield* valuesIn(item, [...path, key]);
}
