import { StringConcat, Token, Tokenization } from 'aws-cdk-lib/core';
import { parseDocument } from 'yaml';
import { formatPath, type Path } from '../../lambda/config/findings/place.ts';

const STAND_IN = /known-at-deployment-(\d+)/g;

/** The form of these keys' values: a prefix before the name of the placeholder. */
const ROLE = 'arn:aws:iam::123456789012:role/';
const ROLE_KEY = /(role_arn["']?\s*:\s*["']?)(?=known-at-deployment-)/g;
const ROLE_STAND_IN = new RegExp(`${ROLE}(?=known-at-deployment-)`, 'g');

/** The notation of the library for lists of the deployment, and for numbers. */
const LIST = '#{Token[';
const NUMBER = /-\d\.\d+e\+2\d\d/g;

/** Replaces values of the deployment in documents by words, so that the documents can be checked. */
export class StandIns {
  readonly #values: string[] = [];

  /** A document in which each such value is a word of its own. */
  replace(text: string): string {
    if (!Token.isUnresolved(text)) return text;
    return Tokenization.reverseString(text)
      .mapTokens({ mapToken: (token) => this.#standInOf(Token.asString(token)) })
      .join(new StringConcat())
      .replace(ROLE_KEY, `$1${ROLE}`);
  }

  /** The value behind a text. */
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

/** The error of a document with a value of the deployment that no text can replace, with its path. */
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

/** All values of a document that are not an object or a list, with their paths. */
function* valuesIn(value: unknown, path: Path = []): Generator<readonly [Path, unknown]> {
  if (typeof value !== 'object' || value === null) yield [path, value];
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* valuesIn(item, [...path, index]);
  } else for (const [key, item] of Object.entries(value)) yield* valuesIn(item, [...path, key]);
}
