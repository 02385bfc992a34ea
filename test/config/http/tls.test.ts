import { describe, expect, it } from '@jest/globals';
import { hasOpenssl, makeCertificates } from '../../scrape/http/certificates.ts';
import { load, messagesOf, nativeEnv } from '../loading.ts';

const JOB = 'FARGAUGE_CONFIG: scrape_configs[0].tls_config';
const VERSION = 'one of TLS10, TLS11, TLS12, TLS13';

function loadTls(tls_config: object, files: Record<string, string> = {}) {
  const job = { job_name: 'a', static_configs: [{ targets: ['a:1'] }], tls_config };
  return load({ env: nativeEnv({ scrape_configs: [job] }), files });
}

describe('a wrong tls_config', () => {
  it.each<[object, string[]]>([
    [{ ca: 'x', ca_file: '/x' }, ['ca_file: expected either this key or ca, given both']],
    [
      { cert: 'x', cert_file: '/x', key: 'x' },
      ['cert_file: expected either this key or cert, given both'],
    ],
    [
      { cert: 'x', key: 'x', key_file: '/x' },
      ['key_file: expected either this key or key, given both'],
    ],
    [
      { cert_file: '/x' },
      ['key: expected the private key of cert, here or in key_file, given nothing'],
    ],
    [
      { key_file: '/x' },
      ['cert: expected the certificate of key, here or in cert_file, given nothing'],
    ],
    [{ ca: 'x' }, ['ca: expected a certificate in PEM format, given something else']],
    [
      { ca_file: '/none' },
      [
        'ca_file: expected a file that can be read, given "/none" (string): ENOENT: no such file or directory',
      ],
    ],
    [
      { cert: 'x', key_file: '/x' },
      [
        'cert: expected a certificate in PEM format, given something else',
        'key_file: expected a private key in PEM format, without a passphrase, given something else',
      ],
    ],
    [{ min_version: '1.2' }, [`min_version: expected ${VERSION}, given "1.2" (string)`]],
    [{ max_version: 12 }, [`max_version: expected ${VERSION}, given 12 (number)`]],
    [
      { min_version: 'TLS13', max_version: 'TLS12' },
      ['max_version: expected at least the min_version TLS13, given "TLS12" (string)'],
    ],
    [
      { insecure_skip_verify: 'maybe' },
      ['insecure_skip_verify: expected true or false, given "maybe" (string)'],
    ],
    [{ server_name: [5] }, ['server_name: expected a string, given a list']],
    [{ servername: 'x' }, ['servername: expected the key "server_name", given an unknown key']],
  ])('%j says why', async (tls, complaints) => {
    expect(await messagesOf(loadTls(tls, { '/x': 'x' }))).toEqual(
      complaints.map((complaint) => `${JOB}.${complaint}`),
    );
  });
});

if (hasOpenssl()) {
  describe('a right tls_config', () => {
    const { authority, server, client } = makeCertificates();

    it('holds what it names', async () => {
      const { jobs } = await loadTls(
        {
          ca: authority.cert + server.cert,
          cert_file: '/c',
          key_file: '/k',
          server_name: 'target.test',
          min_version: 'TLS12',
          max_version: 'TLS13',
        },
        { '/c': client.cert, '/k': client.key },
      );
      expect(jobs[0]?.http.tls).toEqual({
        ca: authority.cert + server.cert,
        cert: client.cert,
        key: expect.anything(),
        serverName: 'target.test',
        insecureSkipVerify: false,
        minVersion: 'TLSv1.2',
        maxVersion: 'TLSv1.3',
      });
      expect(jobs[0]?.http.tls.key?.reveal()).toBe(client.key);
    });

    it('has a key that belongs to its certificate', async () => {
      const loading = loadTls({ cert: client.cert, key: server.key });
      expect(await messagesOf(loading)).toEqual([
        `${JOB}.key: expected the private key of the certificate, given the private key of another certificate`,
      ]);
    });

    it('has only certificates among its authorities', async () => {
      const broken = authority.cert.replace(/\n.{20}/, '\n');
      expect(await messagesOf(loadTls({ ca: authority.cert + broken }))).toEqual([
        `${JOB}.ca: expected a certificate in PEM format, given something else`,
      ]);
    });
  });
} else {
  it('the program openssl is not here, so no certificate was tried', () => {
    console.info('skipped: certificates of tls_config, for want of the program openssl');
  });
}
