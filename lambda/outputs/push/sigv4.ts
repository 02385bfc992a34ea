import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

/** Milliseconds before their end at which credentials are replaced. */
const EXPIRY_MARGIN_MS = 5 * 60_000;

type SourceData = string | ArrayBuffer | ArrayBufferView;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Absent: they do not expire. */
  readonly expiration?: Date;
}

/** A credential provider of the AWS SDK. `forceRefresh`: its cached credentials have expired. */
export type CredentialsProvider = (options?: {
  readonly forceRefresh?: boolean;
}) => Promise<Credentials>;

export interface SigningOptions {
  /** Name of the service in signatures: `aps`, `monitoring`. */
  readonly service: string;
  readonly region: string;
  readonly credentials: CredentialsProvider;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** There are no credentials for signing. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';

  constructor(cause: unknown) {
    const { name = 'Error', message = String(cause) } = (cause ?? {}) as Partial<Error>;
    super(`${name}: ${message}`, { cause });
  }
}

/**
 * Signs requests with AWS Signature Version 4.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class Signer {
  readonly region: string;
  readonly #options: SigningOptions;
  #credentials: Promise<Credentials> | undefined;
  #goodUntil = Infinity;
  #forceRefresh = false;
  /** Milliseconds by which the receiver's clock is ahead of this machine's. */
  #skewMs = 0;

  constructor(options: SigningOptions) {
    this.region = options.region;
    this.#options = options;
  }

  /** The headers of a POST, with those of the signature. @throws CredentialsError */
  async sign(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
  ): Promise<Record<string, string>> {
    const { service, region } = this.#options;
    const signature = new SignatureV4({
      service,
      region,
      credentials: await this.#current(),
      sha256: Sha256,
    });
    const signed = await signature.sign(
      {
        method: 'POST',
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: { ...headers, host: url.host },
        body,
      },
      { signingDate: new Date(this.#now()) },
    );
    return signed.headers;
  }

  /** Requests new credentials for the next signature, because the receiver says that the current ones have expired. */
  renew(): void {
    this.#credentials = undefined;
    this.#forceRefresh = true;
  }

  /** Signs by the receiver's clock from now on, because this machine's is wrong. @param time milliseconds since the epoch */
  correct(time: number): void {
    this.#skewMs = time - this.#options.now();
  }

  #now(): number {
    return this.#options.now() + this.#skewMs;
  }

  /** Shares one request for credentials among all signatures at the same time. */
  async #current(): Promise<Credentials> {
    const { credentials } = this.#options;
    if (this.#credentials === undefined || this.#now() >= this.#goodUntil) {
      this.#goodUntil = Infinity;
      this.#credentials = credentials({ forceRefresh: this.#forceRefresh });
      this.#forceRefresh = false;
    }
    try {
      const current = await this.#credentials;
      const { expiration } = current;
      if (expiration) this.#goodUntil = expiration.getTime() - EXPIRY_MARGIN_MS;
      return current;
    } catch (error) {
      this.#credentials = undefined;
      throw new CredentialsError(error);
    }
  }
}

/** SHA-256 in the form that the signer needs: a hash, or an HMAC with a secret. */
class Sha256 {
  readonly #secret: SourceData | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: SourceData) {
    this.#secret = secret;
    this.#hash = begin(secret);
  }

  update(chunk: SourceData): void {
    this.#hash.update(bytesOf(chunk));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = begin(this.#secret);
  }
}

function begin(secret: SourceData | undefined): Hash | Hmac {
  return secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
}

function bytesOf(data: SourceData): Uint8Array | string {
  if (typeof data === 'string') return data;
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}
