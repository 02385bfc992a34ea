import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../sidecar/settings.ts';

const METADATA = { ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/0a1b' };

describe('The settings from the environment', () => {
  it('listen on port 9546 of all interfaces unless told otherwise', () => {
    expect(readSettings(METADATA)).toEqual({
      settings: { metadataUri: 'http://169.254.170.2/v4/0a1b', port: 9546, host: undefined },
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
