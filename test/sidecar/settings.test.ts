import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { type Environment, readSettings, type Settings } from '../../sidecar/settings.ts';

const METADATA = { ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/0a1b' };

describe('The settings from the environment', () => {
  it('listen on port 9546 of all interfaces unless told otherwise', () => {
    expect(readSettings(METADATA)).toEqual({
      settings: {
        metadataUri: 'http://169.254.170.2/v4/0a1b',
        scope: 'task',
        port: 9546,
        host: undefined,
        applications: new Map(),
        token: undefined,
        documents: false,
        emf: undefined,
      },
    });
  });

  it('name applications of the same task', () => {
    expect(
      settingsOf({
        FARGAUGE_TARGETS:
          ' keycloak=http://127.0.0.1:8080/metrics, web = http://localhost/metrics?name[]=a ,six=http://[::1]:81,short=http://127.1:82/,',
      })?.applications,
    ).toEqual(
      new Map([
        ['keycloak', { host: '127.0.0.1', port: 8080, path: '/metrics' }],
        ['web', { host: '127.0.0.1', port: 80, path: '/metrics?name[]=a' }],
        ['six', { host: '::1', port: 81, path: '/' }],
        ['short', { host: '127.0.0.1', port: 82, path: '/' }],
      ]),
    );
  });

  it.each([
    'keycloak',
    '=http://127.0.0.1/',
    'a/b=http://127.0.0.1/',
    'a=https://127.0.0.1/',
    'a=http://10.0.0.7/',
    'a=http://169.254.170.2/v4',
    'a=http://127.0.0.1.example.com/',
    'a=http://user@127.0.0.1/',
    'a=http://[::ffff:127.0.0.1]/',
    'a=http://0.0.0.0/',
    'a=file:///etc/passwd',
    'a=',
  ])('refuse the application %s', (text) => {
    expect(readSettings({ ...METADATA, FARGAUGE_TARGETS: text })).toEqual({
      problems: [
        'FARGAUGE_TARGETS: expected distinct name=URL, such as keycloak=http://127.0.0.1:8080/metrics ' +
          `(loopback only), given ${JSON.stringify(text)}`,
      ],
    });
  });

  it('refuse two applications of one name, and too many', () => {
    const one = (name: string) => `${name}=http://127.0.0.1/`;

    expect(readSettings({ ...METADATA, FARGAUGE_TARGETS: `${one('a')},${one('a')}` })).toEqual({
      problems: [expect.stringContaining('distinct')],
    });
    const many = Array.from({ length: 33 }, (_, index) => one(`a${index}`)).join();
    expect(readSettings({ ...METADATA, FARGAUGE_TARGETS: many })).toEqual({
      problems: ['FARGAUGE_TARGETS: expected at most 32, given 33'],
    });
  });

  it('take a token from a variable, or from a file without the line feed at its end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fargauge-token-'));
    const file = join(folder, 'token');
    await writeFile(file, 'horse\n');

    expect(settingsOf({ FARGAUGE_TOKEN: 'horse' })?.token?.isIn('Bearer horse')).toBe(true);
    expect(settingsOf({ FARGAUGE_TOKEN_FILE: file })?.token?.isIn('Bearer horse')).toBe(true);
    expect(inspect(settingsOf({ FARGAUGE_TOKEN: 'horse' }))).not.toContain('horse');
    await writeFile(file, '\n');
    expect(readSettings({ ...METADATA, FARGAUGE_TOKEN_FILE: file })).toEqual({
      problems: [`FARGAUGE_TOKEN_FILE: expected a token in ${file}, the file is empty`],
    });
    await rm(folder, { recursive: true });
    expect(readSettings({ ...METADATA, FARGAUGE_TOKEN_FILE: file })).toEqual({
      problems: [
        expect.stringContaining(`FARGAUGE_TOKEN_FILE: cannot read ${file}: Error: ENOENT`),
      ],
    });
  });

  it('never begin to serve without the token that was meant', () => {
    expect(
      readSettings({ ...METADATA, FARGAUGE_TOKEN: 'two words', FARGAUGE_TOKEN_FILE: '' }),
    ).toEqual({ problems: ['FARGAUGE_TOKEN: expected printable ASCII without blanks'] });
    expect(
      readSettings({ ...METADATA, FARGAUGE_TOKEN: 'a', FARGAUGE_TOKEN_FILE: import.meta.filename }),
    ).toMatchObject({
      problems: expect.arrayContaining([
        'FARGAUGE_TOKEN, FARGAUGE_TOKEN_FILE: expected one of them, given both',
      ]),
    });
  });

  it.each([
    ['off', false],
    ['on', true],
    ['', false],
  ])('with FARGAUGE_DOCUMENTS=%s show the documents: %p', (text, shown) => {
    expect(settingsOf({ FARGAUGE_DOCUMENTS: text })?.documents).toBe(shown);
  });

  it('refuse another word than on or off', () => {
    expect(readSettings({ ...METADATA, FARGAUGE_DOCUMENTS: 'no' })).toEqual({
      problems: ['FARGAUGE_DOCUMENTS: expected on or off, given "no"'],
    });
  });

  it('tell where the rules for EMF are wrong', () => {
    expect(readSettings({ ...METADATA, FARGAUGE_EMF: '{"metric_namespace":"A"}' })).toEqual({
      problems: ['FARGAUGE_EMF: metric_declaration: expected at least one declaration, given none'],
    });
  });

  it.each([
    ['9100', '127.0.3.1', 9100, '127.0.3.1'],
    ['0', '::1', 0, '::1'],
    ['65535', '', 65_535, undefined],
    ['', undefined, 9546, undefined],
  ])('take port %p and host %p', (port, host, portRead, hostRead) => {
    const env = { ...METADATA, ECS_METRICS_EXPORTER_PORT: port, ECS_METRICS_EXPORTER_HOST: host };

    expect(readSettings(env)).toMatchObject({ settings: { port: portRead, host: hostRead } });
  });

  it.each([['65536'], ['-1'], ['80a'], ['1e3'], [' 80'], ['9546.0'], ['nine']])(
    'refuse the port %p',
    (port) => {
      expect(readSettings({ ...METADATA, ECS_METRICS_EXPORTER_PORT: port })).toEqual({
        problems: [
          `ECS_METRICS_EXPORTER_PORT: expected an integer from 0 to 65535, given ${JSON.stringify(port)}`,
        ],
      });
    },
  );

  it.each([['localhost'], ['127.0.0.1:80'], ['0']])('refuse the host %p', (host) => {
    expect(readSettings({ ...METADATA, ECS_METRICS_EXPORTER_HOST: host })).toEqual({
      problems: [
        `ECS_METRICS_EXPORTER_HOST: expected an IP address such as 127.0.0.1, given ${JSON.stringify(host)}`,
      ],
    });
  });

  it.each([
    [undefined, 'given nothing'],
    ['', 'given nothing'],
    ['169.254.170.2', 'given "169.254.170.2"'],
    ['file:///etc/passwd', 'given "file:///etc/passwd"'],
  ])('refuse the metadata endpoint %p', (uri, given) => {
    expect(readSettings({ ECS_CONTAINER_METADATA_URI_V4: uri })).toEqual({
      problems: [
        'ECS_CONTAINER_METADATA_URI_V4: expected the URL of the task metadata endpoint, ' +
          `such as http://169.254.170.2/v4/<id> (ECS sets it in each container), ${given}`,
      ],
    });
  });

  it('take the file of a network namespace by its whole path alone', () => {
    const name = 'FARGAUGE_NETWORK_NAMESPACE';
    expect(settingsOf({ [name]: '/proc/1/ns/net' })?.namespace).toBe('/proc/1/ns/net');
    expect(settingsOf({ [name]: '' })?.namespace).toBeUndefined();
    expect(readSettings({ ...METADATA, [name]: 'host' })).toEqual({
      problems: [`${name}: expected an absolute path such as /proc/1/ns/net, given "host"`],
    });
  });

  it('tell all that is wrong at once', () => {
    const env = { ECS_METRICS_EXPORTER_PORT: 'x', ECS_METRICS_EXPORTER_HOST: 'y' };

    expect(readSettings(env)).toMatchObject({
      problems: [
        expect.stringContaining('ECS_CONTAINER_METADATA_URI_V4'),
        expect.stringContaining('ECS_METRICS_EXPORTER_PORT'),
        expect.stringContaining('ECS_METRICS_EXPORTER_HOST'),
      ],
    });
  });
});

function settingsOf(env: Environment): Settings | undefined {
  const result = readSettings({ ...METADATA, ...env });
  return 'settings' in result ? result.settings : undefined;
}
