import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its private key, in PEM format. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** An authority, and what it has signed. */
export interface Certificates {
  readonly authority: Identity;
  /** Of a server that is called `target.test` and listens on 127.0.0.1, unless it was given other names. */
  readonly server: Identity;
  readonly client: Identity;
}

/** Whether certificates can be made here at all. */
export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What the server is called. */
const TARGET = ['DNS:target.test', 'IP:127.0.0.1'];

/**
 * Makes an authority and certificates of it, good for a day, with the program openssl.
 *
 * @param serverNames as `subjectAltName` has them
 */
export function makeCertificates(serverNames: readonly string[] = TARGET): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'fargauge-certificates-'));
  const openssl = (...options: string[]): void => {
    execFileSync('openssl', options, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const identity = (name: string): Identity => ({
    cert: readFileSync(join(folder, `${name}.crt`), 'utf8'),
    key: readFileSync(join(folder, `${name}.key`), 'utf8'),
  });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const sign = (name: string, extensions: string): Identity => {
    writeFileSync(join(folder, `${name}.ext`), extensions);
    openssl(
      'req',
      ...newKey,
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    );
    openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'authority.crt', '-CAkey', 'authority.key'],
      ...['-CAcreateserial', '-days', '1', '-extfile', `${name}.ext`, '-out', `${name}.crt`],
    );
    return identity(name);
  };
  try {
    openssl(
      ...['req', '-x509', ...newKey, '-subj', '/CN=authority', '-days', '1'],
      ...['-keyout', 'authority.key', '-out', 'authority.crt'],
    );
    return {
      authority: identity('authority'),
      server: sign('server', `subjectAltName=${serverNames.join()}`),
      client: sign('client', 'extendedKeyUsage=clientAuth'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
