import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { validateHeaderValue } from 'node:http';
import type { HttpSettings, TlsSettings } from '../../model/settings/http.ts';
import { Secret } from '../../model/settings/secret.ts';
import type { Findings } from '../findings/findings.ts';
import { below, type Place } from '../findings/place.ts';
import { type SecretReader, UNREAD_SECRET } from '../sources/secret-reader.ts';
import type { HttpClient } from './client.ts';

const DEFAULT_TYPE = 'Bearer';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** A key that a file may hold instead: `key` and `key_file`. */
type KeyOrFile<K extends string> = { readonly [key in K | `${K}_file`]?: string | undefined };

/** Turns the HTTP keys of a job into settings, and reads the files and secrets that they name. */
export class HttpSettingsReader {
  readonly #secrets: SecretReader;
  readonly #findings: Findings;

  constructor(secrets: SecretReader, findings: Findings) {
    this.#secrets = secrets;
    this.#findings = findings;
  }

  /** @param client the keys at `place`, without contradictions */
  async read(client: HttpClient, place: Place): Promise<Omit<HttpSettings, 'compression'>> {
    return {
      authorization: await this.#authorization(client, place),
      headers: await this.#headers(client, below(place, 'http_headers')),
      tls: await this.#tls(client.tls_config, below(place, 'tls_config')),
      followRedirects: client.follow_redirects,
    };
  }

  async #authorization(client: HttpClient, place: Place): Promise<Secret | undefined> {
    const { basic_auth: basic, authorization } = client;
    if (basic !== undefined) {
      const at = below(place, 'basic_auth');
      const username = await this.#trimmed(basic, 'username', at);
      const password = await this.#trimmed(basic, 'password', at);
      const pair = Buffer.from(`${username ?? ''}:${password ?? ''}`);
      return new Secret(`Basic ${pair.toString('base64')}`);
    }
    if (authorization !== undefined) {
      const at = below(place, 'authorization');
      const credentials = await this.#trimmed(authorization, 'credentials', at);
      const type = authorization.type?.trim() || DEFAULT_TYPE;
      return credentials ? this.#headerValue(`${type} ${credentials}`, at) : undefined;
    }
    const token = await this.#trimmed(client, 'bearer_token', place);
    const at = below(
      place,
      client.bearer_token === undefined ? 'bearer_token_file' : 'bearer_token',
    );
    return token ? this.#headerValue(`${DEFAULT_TYPE} ${token}`, at) : undefined;
  }

  async #headers({ http_headers: headers }: HttpClient, place: Place) {
    const read: { name: string; value: Secret }[] = [];
    for (const [name, { values, secrets, files }] of Object.entries(headers)) {
      const add = (value: string | undefined, at: Place): void => {
        const secret = value === undefined ? undefined : this.#headerValue(value, at);
        if (secret !== undefined) read.push({ name, value: secret });
      };
      for (const [index, value] of values.entries())
        add(value, below(place, name, 'values', index));
      for (const [index, text] of secrets.entries()) {
        const value = await this.header(text, below(place, name, 'secrets', index));
        if (value !== undefined) read.push({ name, value });
      }
      for (const [index, path] of files.entries()) {
        const at = below(place, name, 'files', index);
        add((await this.#secrets.file(path, at))?.trim(), at);
      }
    }
    return read;
  }

  /** The value of a header at `place`, or the secret that it refers to. */
  async header(text: string, place: Place): Promise<Secret | undefined> {
    const value = await this.#secrets.text(text, place);
    return value === undefined ? undefined : this.#headerValue(value, place);
  }

  #headerValue(value: string, place: Place): Secret | undefined {
    try {
      validateHeaderValue('header', value);
      return new Secret(value);
    } catch {
      this.#findings.reject(
        place,
        'a valid value of an HTTP header',
        'an invalid value, which is not shown',
      );
      return undefined;
    }
  }

  async #tls(client: HttpClient['tls_config'], place: Place): Promise<TlsSettings> {
    if (client === undefined) return { insecureSkipVerify: false };
    const ca = await this.#keyOrFile(client, 'ca', place);
    const cert = await this.#keyOrFile(client, 'cert', place);
    const key = await this.#keyOrFile(client, 'key', place);
    if (ca !== undefined) this.#authorities(ca.text, ca.place);
    const certificate = cert && this.#certificate(cert.text, cert.place);
    const privateKey = key && this.#privateKey(key.text, key.place);
    if (key && certificate && privateKey && !certificate.checkPrivateKey(privateKey)) {
      this.#findings.reject(
        key.place,
        'the private key of the certificate',
        'the private key of another certificate',
      );
    }
    return {
      ca: ca?.text,
      cert: cert?.text,
      key: key && new Secret(key.text),
      serverName: client.server_name,
      insecureSkipVerify: client.insecure_skip_verify,
      minVersion: client.min_version,
      maxVersion: client.max_version,
    };
  }

  /** Reports only the first wrong certificate. */
  #authorities(text: string, place: Place): void {
    for (const authority of text.match(CERTIFICATE) ?? [text]) {
      if (this.#certificate(authority, place) === undefined) return;
    }
  }

  #certificate(text: string, place: Place): X509Certificate | undefined {
    if (text === UNREAD_SECRET) return undefined;
    try {
      return new X509Certificate(text);
    } catch {
      this.#findings.reject(place, 'a certificate in PEM format', 'something else');
      return undefined;
    }
  }

  #privateKey(text: string, place: Place): KeyObject | undefined {
    if (text === UNREAD_SECRET) return undefined;
    try {
      return createPrivateKey(text);
    } catch {
      const expected = 'a private key in PEM format, without a passphrase';
      this.#findings.reject(place, expected, 'something else');
      return undefined;
    }
  }

  /** The text without the line break that most files end with. */
  async #trimmed<K extends string>(section: KeyOrFile<K>, key: K, place: Place) {
    return (await this.#keyOrFile(section, key, place))?.text.trim();
  }

  async #keyOrFile<K extends string>(
    section: KeyOrFile<K>,
    key: K,
    place: Place,
  ): Promise<{ readonly text: string; readonly place: Place } | undefined> {
    const { [key]: written, [`${key}_file` as const]: path } = section as Record<string, string>;
    const at = below(place, written === undefined ? `${key}_file` : key);
    const text =
      written === undefined
        ? path && (await this.#secrets.file(path, at))
        : await this.#secrets.text(written, at);
    return text === undefined ? undefined : { text, place: at };
  }
}
