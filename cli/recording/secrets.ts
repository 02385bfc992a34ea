import type { Labels } from '../../lambda/model/samples/sample.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import { Secret } from '../../lambda/model/settings/secret.ts';

/** Stands for a secret, as in Prometheus. */
export const HIDDEN = '<secret>';

/** The same where only letters may stand, such as in the name of a metric. */
const HIDDEN_NAME = 'secret';

/** A shorter secret counts only as a whole value: as a part of one it may be chance. */
const MIN_PART = 8;

/** Names of URL parameters whose values are secrets. Others, such as `module` of the blackbox exporter, are not. */
const SECRET_NAME = /token|key|secret|passw|auth|cred|sig/i;

/** `user:password@` of a URL or an address. */
const USER_INFO = /^(?:[a-z][a-z\d+.-]*:\/\/)?[^/?#@\s:]*:([^/?#@\s]+)@/i;

/** Quoted texts of an exposition: the values of its labels. */
const QUOTED = /("(?:[^"\\\n]|\\.)*")/;

/** Knows the secrets of a configuration, and hides them in texts. */
export class Secrets {
  readonly #texts = new Set<string>();
  #long: readonly string[] | undefined;

  /** Adds the secrets of a configuration, with their parts. */
  addAll(config: Pick<Config, 'jobs' | 'outputs' | 'discovery'>): void {
    for (const secret of secretsIn(config)) this.#addHeader(secret.reveal());
    for (const { params } of config.jobs) {
      for (const [name, values] of Object.entries(params)) {
        if (isSecretName(name)) for (const value of values) this.add(value);
      }
    }
  }

  /** Adds a secret. The same text escaped for an exposition, and for a URL, is one too. */
  add(text: string): void {
    if (text === '' || text === HIDDEN) return;
    this.#texts.add(text).add(JSON.stringify(text).slice(1, -1)).add(encodeURIComponent(text));
    this.#long = undefined;
  }

  /** Adds the password of a URL or an address that has one. */
  addPasswordOf(url: string): void {
    const [, password] = USER_INFO.exec(url) ?? [];
    if (password === undefined) return;
    this.add(password);
    this.add(decoded(password));
  }

  /** A text without the secrets. */
  hide(text: string): string {
    if (this.#texts.has(text)) return HIDDEN;
    return this.#replaceParts(text, HIDDEN);
  }

  hideIn(labels: Labels): Record<string, string> {
    return Object.fromEntries(
      Object.entries(labels).map(([name, value]) => [name, this.hide(value)]),
    );
  }

  /** An exposition without the secrets, as readable as it was. */
  hideInPage(page: string): string {
    return page
      .split(QUOTED)
      .map((part, index) =>
        index % 2 === 0
          ? this.#replaceParts(part, HIDDEN_NAME)
          : `"${this.hide(part.slice(1, -1))}"`,
      )
      .join('');
  }

  /** A header may have its scheme before the secret, and Basic a user name in it. */
  #addHeader(value: string): void {
    this.add(value);
    const [, scheme = '', credentials] = /^(\S+) (.+)$/s.exec(value) ?? [];
    if (credentials === undefined) return;
    this.add(credentials);
    if (scheme.toLowerCase() !== 'basic') return;
    const pair = Buffer.from(credentials, 'base64').toString();
    this.add(pair.slice(pair.indexOf(':') + 1));
  }

  #replaceParts(text: string, by: string): string {
    return this.#parts().reduce((shown, part) => shown.replaceAll(part, by), text);
  }

  /** The longest first, which may contain others. */
  #parts(): readonly string[] {
    this.#long ??= [...this.#texts]
      .filter(({ length }) => length >= MIN_PART)
      .sort((one, other) => other.length - one.length);
    return this.#long;
  }
}

/** Whether the value of a parameter of this name is a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** All secrets in a checked configuration, however deep. */
function* secretsIn(value: unknown): Generator<Secret> {
  if (value instanceof Secret) yield value;
  else if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) yield* secretsIn(each);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
