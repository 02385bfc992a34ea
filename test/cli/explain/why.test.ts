import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Folder, fargauge, temporaryFolder } from '../fargauge.ts';
import { deadAddress, serveMetrics } from '../target.ts';
import { DECLARATION, METRIC, WHY } from './why-cases.ts';

let folder: Folder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.remove());

describe('why a metric is not there', () => {
  it.each(WHY)('%s: is answered in one command', async (_, given, answer) => {
    const { page, status, declaration, processor } = given;
    await using target =
      page === undefined
        ? { address: await deadAddress(), [Symbol.asyncDispose]: async () => undefined }
        : await serveMetrics(() => page, { status });
    const config = await folder.file('config.json', {
      cluster_name: 'shop',
      scrape_configs: [
        {
          job_name: 'keycloak',
          static_configs: [{ targets: given.targets ?? [target.address] }],
        },
      ],
      emf_processor: {
        metric_namespace: 'Shop',
        metric_declaration: [{ ...DECLARATION, ...declaration }],
        ...processor,
      },
    });

    const { stdout, stderr } = await fargauge(['explain', METRIC, '--config', config]);

    expect(stderr).not.toContain('error');
    expect(stdout).toMatch(answer);
  });
});
