import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createRawServer } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_HTTP, type TlsSettings } from '../../../lambda/model/settings/http.ts';
import { Secret } from '../../../lambda/model/settings/secret.ts';
import { ScrapeError } from '../../../lambda/model/targets/scrape-error.ts';
import { fetchExposition } from '../../../lambda/scrape/http/exchange.ts';
import { limits } from '../../series/samples.ts';
import { hasOpenssl, makeCertificates } from './certificates.ts';

const METRICS = 'm 1\n';
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

/** What a server saw of those that asked it. */
interface Seen {
  readonly url: string;
  readonly clients: (string | undefined)[];
  readonly serverNames: unknown[];
}

async function start(options: ServerOptions, path = '/metrics'): Promise<Seen> {
  const clients: (string | undefined)[] = [];
  const serverNames: unknown[] = [];
  const server = createServer(options, ({ socket, url }, response) => {
    const tls = socket as TLSSocket;
    const { subject } = tls.getPeerCertificate();
    clients.push(subject ? String(subject.CN) : undefined);
    serverNames.push(tls.servername);
    if (url === path) response.end(METRICS);
    else response.writeHead(302, { location: path }).end();
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}/metrics`, clients, serverNames };
}

async function scrape(url: string, tls: Partial<TlsSettings>, followRedirects = false) {
  const http = { ...DEFAULT_HTTP, followRedirects, tls: { ...DEFAULT_HTTP.tls, ...tls } };
  const asked = { url, http, limits: limits() };
  const { body } = await fetchExposition(asked, new AbortController().signal);
  return body.toString();
}

async function failureOf(url: string, tls: Partial<TlsSettings> = {}): Promise<ScrapeError> {
  const error = await scrape(url, tls).catch((thrown: unknown) => thrown);
  if (!(error instanceof ScrapeError)) throw new Error('expected a ScrapeError', { cause: error });
  return error;
}

if (hasOpenssl()) {
  describe('a target that is asked over TLS', () => {
    const { authority, server, client } = makeCertificates();
    const ca = authority.cert;
    const asClient = { cert: client.cert, key: new Secret(client.key) };
    const mutual: ServerOptions = { ...server, ca, requestCert: true, rejectUnauthorized: true };

    it('is trusted where its authority is', async () => {
      const { url, clients } = await start(server);
      expect(await scrape(url, { ca })).toBe(METRICS);
      expect(clients).toEqual([undefined]);
    });

    it('is not trusted without', async () => {
      const { url } = await start(server);
      expect(await failureOf(url)).toMatchObject({
        reason: 'tls',
        message: expect.stringMatching(/^unable to (?:verify|get)/),
      });
    });

    it('is trusted blindly where the job says so', async () => {
      const { url } = await start(server);
      expect(await scrape(url, { insecureSkipVerify: true })).toBe(METRICS);
    });

    it('has to have the name that the job gives it', async () => {
      const { url, serverNames } = await start(server);
      expect(await scrape(url, { ca, serverName: 'target.test' })).toBe(METRICS);
      expect(serverNames).toEqual(['target.test']);
      expect(await failureOf(url, { ca, serverName: 'other.test' })).toMatchObject({
        reason: 'tls',
        message: expect.stringContaining("Hostname/IP does not match certificate's altnames"),
      });
    });

    it('has to have its address in its certificate where it has no name', async () => {
      const { url } = await start(client);
      expect(await failureOf(url, { ca })).toMatchObject({ reason: 'tls' });
    });

    it('is shown the certificate of the job', async () => {
      const { url, clients } = await start(mutual);
      expect(await scrape(url, { ca, ...asClient })).toBe(METRICS);
      expect(clients).toEqual(['client']);
    });

    it('may refuse one that shows none', async () => {
      const { url } = await start(mutual);
      expect(await failureOf(url, { ca })).toMatchObject({
        reason: expect.stringMatching(/^(?:tls|connection_lost)$/),
      });
    });

    it('is shown the certificate again after a redirect', async () => {
      const { url, clients } = await start({ ...mutual, rejectUnauthorized: false }, '/other');
      expect(await scrape(url, { ca, ...asClient }, true)).toBe(METRICS);
      expect(clients).toEqual(['client', 'client']);
    });

    it('has to speak a version that the job takes', async () => {
      const { url } = await start({ ...server, maxVersion: 'TLSv1.2' });
      expect(await scrape(url, { ca, minVersion: 'TLSv1.2' })).toBe(METRICS);
      const { reason, message } = await failureOf(url, { ca, minVersion: 'TLSv1.3' });
      expect(reason).toBe('tls');
      expect(message).toBe(message.trim());
    });
  });
} else {
  it('the program openssl is not here, so TLS was not tried', () => {
    console.info('skipped: scrapes over TLS, for want of the program openssl');
  });
}

it.each([
  ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  // A record of a handshake, of 65,535 bytes: more than TLS has.
  ['something that looks like TLS', '\x16\x03\x03\xff\xff'],
])('a target that speaks %s fails the handshake, in words of ours', async (_, bytes) => {
  const target = createRawServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(Buffer.from(bytes, 'latin1')));
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const { port } = target.address() as AddressInfo;
  const { reason, message } = await failureOf(`https://127.0.0.1:${port}/`);
  target.close();
  expect({ reason, message }).toEqual({
    reason: 'tls',
    message: 'expected TLS, got another protocol: the target may speak http instead of https',
  });
});
