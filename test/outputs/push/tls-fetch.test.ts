import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { SampleOutput } from '../../../lambda/model/delivery/sample-output.ts';
import { Drops } from '../../../lambda/model/samples/drops.ts';
import type { RemoteWriteConfig } from '../../../lambda/model/settings/output.ts';
import { Secret } from '../../../lambda/model/settings/secret.ts';
import { createOutputs } from '../../../lambda/outputs/outputs.ts';
import { post } from '../../../lambda/outputs/push/exchange.ts';
import { tlsFetch } from '../../../lambda/outputs/push/tls-fetch.ts';
import { hasOpenssl, makeCertificates } from '../../scrape/http/certificates.ts';
import { series, target } from '../../series/samples.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

/** A receiver, and who showed it which certificate with how many bytes. */
async function start(options: ServerOptions, status = 204, text = '') {
  const seen: { client: unknown; bytes: number; name: unknown }[] = [];
  const server = createServer(options, async (request, response) => {
    const socket = request.socket as TLSSocket;
    let bytes = 0;
    for await (const chunk of request) bytes += (chunk as Buffer).length;
    seen.push({ client: socket.getPeerCertificate().subject?.CN, bytes, name: socket.servername });
    response.writeHead(status, { 'x-a': ['1', '2'] }).end(text);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/write`, seen };
}

if (hasOpenssl()) {
  describe('an output over TLS', () => {
    const { authority, server, client } = makeCertificates();
    const ca = authority.cert;
    const mutual: ServerOptions = { ...server, ca, requestCert: true, rejectUnauthorized: true };
    const tls = {
      ca,
      cert: client.cert,
      key: new Secret(client.key),
      serverName: 'target.test',
      insecureSkipVerify: false,
    };
    const remoteWrite = (url: string, more: Partial<RemoteWriteConfig>): RemoteWriteConfig => ({
      type: 'remote_write',
      name: 'receiver',
      url,
      headers: [],
      externalLabels: {},
      relabeling: [],
      protobufMessage: 'prometheus.WriteRequest',
      sendExemplars: false,
      ...more,
    });

    /** Sends one sample. */
    async function deliver(config: RemoteWriteConfig) {
      const means = { logsClient: fail, stdout: process.stdout, signing: fail };
      const [output] = createOutputs([config], means) as SampleOutput[];
      const delivery = output!.open(AbortSignal.timeout(2_000));
      const samples = [{ series: series('a'), value: 1 }];
      const written = delivery.write(
        { target: target(), startedAt: Date.now(), samples },
        new Drops(),
      );
      const report = await delivery.close();
      return { ...(await written), errors: report.errors };
    }

    it('shows its certificate, and is shown one that it trusts', async () => {
      const { url, seen } = await start(mutual);
      expect(await deliver(remoteWrite(url, { tls }))).toMatchObject({ accepted: 1, errors: [] });
      expect(seen).toEqual([{ client: 'client', bytes: expect.any(Number), name: 'target.test' }]);
      expect(seen[0]!.bytes).toBeGreaterThan(0);
    });

    it('trusts no other', async () => {
      const { url, seen } = await start(server);
      const { accepted, errors } = await deliver(
        remoteWrite(url, { tls: { ...tls, serverName: 'other.test' } }),
      );
      expect([accepted, seen]).toEqual([0, []]);
      expect(errors.join()).toContain("Hostname/IP does not match certificate's altnames");
    });

    it('trusts any where its configuration says so', async () => {
      const { url } = await start(server);
      const config = remoteWrite(url, { tls: { insecureSkipVerify: true } });
      expect(await deliver(config)).toMatchObject({ accepted: 1 });
    });

    it.each([
      [200, 'taken'],
      [204, ''],
      [302, 'elsewhere'],
      [503, 'later'],
    ])('reads the answer with status %d', async (status, text) => {
      const { url } = await start(server, status, text);
      const fetch = tlsFetch({ ca, insecureSkipVerify: false });
      for (let request = 0; request < 2; request++) {
        const answer = await post(
          { fetch, now: Date.now },
          new URL(url),
          { a: 'b' },
          Buffer.from('x'),
          AbortSignal.timeout(2_000),
        );
        expect([answer.status, answer.body.toString(), answer.headers.get('x-a')]).toEqual([
          status,
          text,
          '1, 2',
        ]);
      }
    });

    it('ends with its signal', async () => {
      const { url } = await start({ ...server, handshakeTimeout: 60_000 });
      const ended = new AbortController();
      const posted = tlsFetch(tls)(new URL(url), { method: 'POST', signal: ended.signal });
      ended.abort(new Error('over'));
      await expect(posted).rejects.toThrow();
    });
  });
} else {
  it('the program openssl is not here, so TLS was not tried', () => {
    console.info('skipped: outputs over TLS, for want of the program openssl');
  });
}

function fail(): never {
  throw new Error('expected not to be asked');
}
