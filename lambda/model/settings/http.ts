import type { SecureVersion } from 'node:tls';
import type { Secret } from './secret.ts';

/** Settings of a target's requests beyond the URL. One object serves all targets of a job. */
export interface HttpSettings {
  /** The value of the header Authorization. */
  readonly authorization?: Secret | undefined;
  /** Headers beside the collector's own. A name may occur several times. */
  readonly headers: readonly { readonly name: string; readonly value: Secret }[];
  readonly tls: TlsSettings;
  /** Whether an answer may be compressed. */
  readonly compression: boolean;
  /** Whether redirects are followed, on the same host. */
  readonly followRedirects: boolean;
}

/** Certificates and keys are in PEM format. */
export interface TlsSettings {
  /** Absent: the authorities that Node.js trusts. */
  readonly ca?: string | undefined;
  /** The client certificate, with `key`. */
  readonly cert?: string | undefined;
  readonly key?: Secret | undefined;
  /** Name to request and to verify in the certificate. Absent: the host of the URL. */
  readonly serverName?: string | undefined;
  readonly insecureSkipVerify: boolean;
  readonly minVersion?: SecureVersion | undefined;
  readonly maxVersion?: SecureVersion | undefined;
}

/** Settings of a job that sets none. */
export const DEFAULT_HTTP: HttpSettings = {
  headers: [],
  tls: { insecureSkipVerify: false },
  compression: true,
  followRedirects: true,
};
