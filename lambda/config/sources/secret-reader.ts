import { dirname, isAbsolute, join } from 'node:path';
import type { Findings } from '../findings/findings.ts';
import { describeGiven } from '../findings/given.ts';
import type { Place } from '../findings/place.ts';
import { reasonOf } from '../findings/reason.ts';
import { type ConfigRequest, readFileAt } from './request.ts';

/** `resolveSecret` gives this text for a secret that can be read only at run time. No check looks into it. */
export const UNREAD_SECRET = 'known-at-run-time';

/** A reference to a secret of AWS Secrets Manager or a parameter of Systems Manager. */
const REFERENCE = /^aws:(?:secretsmanager|ssm):./;

/** Reads the texts that a configuration only names: files, and secrets by reference. An unreadable one is a finding. */
export class SecretReader {
  readonly #request: ConfigRequest;
  readonly #findings: Findings;
  readonly #resolved = new Map<string, Promise<string>>();

  constructor(request: ConfigRequest, findings: Findings) {
    this.#request = request;
    this.#findings = findings;
  }

  /** The text at `place`, or the secret that it refers to. */
  async text(text: string, place: Place): Promise<string | undefined> {
    if (!REFERENCE.test(text)) return text;
    const { resolveSecret } = this.#request;
    if (resolveSecret === undefined) {
      const expected = 'the secret itself, because this program resolves no references';
      this.#findings.reject(place, expected, describeGiven(text));
      return undefined;
    }
    let resolved = this.#resolved.get(text);
    if (resolved === undefined) {
      resolved = resolveSecret(text);
      this.#resolved.set(text, resolved);
    }
    try {
      return await resolved;
    } catch (error) {
      const expected = 'a reference to a secret that can be read';
      this.#findings.reject(place, expected, describeGiven(text), reasonOf(error));
      return undefined;
    }
  }

  /**
   * The content of the file whose path is at `place`; a relative path begins in the folder of the document, as in
   * Prometheus.
   */
  async file(path: string, place: Place): Promise<string | undefined> {
    const absolute = isAbsolute(path) ? path : join(dirname(place.source), path);
    return (await readFileAt(absolute, place, this.#request, this.#findings))?.text;
  }
}
