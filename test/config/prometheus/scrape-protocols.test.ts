import { describe, expect, it } from '@jest/globals';
import {
  SCRAPE_PROTOCOLS,
  type ScrapeProtocols,
} from '../../../lambda/model/settings/scrape-protocol.ts';
import { loadAgent, messagesOf } from '../loading.ts';

const SOURCE = 'PROMETHEUS_CONFIG_CONTENT';
const KNOWN =
  'one of "OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0", "PrometheusText0.0.4", "PrometheusProto"';
const NO_PROTOBUF = 'PrometheusProto has no effect: Fargauge does not read protobuf';

/** Loads one job. */
function loadJob(entry: object, global: object = {}) {
  const job = { job_name: 'a', static_configs: [{ targets: ['127.0.0.1:9100'] }], ...entry };
  return loadAgent({}, { global, scrape_configs: [job] });
}

describe('the protocols of a job', () => {
  it.each<[entry: object, global: object, protocols: ScrapeProtocols]>([
    [{}, {}, { accepted: SCRAPE_PROTOCOLS }],
    [
      { scrape_protocols: ['PrometheusText0.0.4', 'OpenMetricsText0.0.1'] },
      { scrape_protocols: ['PrometheusText1.0.0'] },
      { accepted: ['PrometheusText0.0.4', 'OpenMetricsText0.0.1'] },
    ],
    [{}, { scrape_protocols: ['PrometheusText1.0.0'] }, { accepted: ['PrometheusText1.0.0'] }],
    [
      { scrape_protocols: [] },
      { scrape_protocols: ['PrometheusText1.0.0'] },
      { accepted: ['PrometheusText1.0.0'] },
    ],
    [
      { fallback_scrape_protocol: 'PrometheusText0.0.4' },
      {},
      { accepted: SCRAPE_PROTOCOLS, fallback: 'PrometheusText0.0.4' },
    ],
  ])('%j, global %j', async (entry, global, protocols) => {
    const { jobs, warnings } = await loadJob(entry, global);
    expect(jobs).toMatchObject([{ protocols }]);
    expect(warnings).toEqual([]);
  });

  it.each<[entry: object, global: object, protocols: ScrapeProtocols, warning: string]>([
    [
      { scrape_protocols: ['PrometheusText0.0.4', 'PrometheusProto'] },
      {},
      { accepted: ['PrometheusText0.0.4'] },
      `scrape_configs[0].scrape_protocols[1]: ${NO_PROTOBUF}`,
    ],
    [
      { scrape_protocols: ['PrometheusProto'] },
      { scrape_protocols: ['PrometheusText0.0.4'] },
      { accepted: ['PrometheusText0.0.4'] },
      `scrape_configs[0].scrape_protocols[0]: ${NO_PROTOBUF}`,
    ],
    [
      {},
      { scrape_protocols: ['PrometheusProto'] },
      { accepted: SCRAPE_PROTOCOLS },
      `global.scrape_protocols[0]: ${NO_PROTOBUF}`,
    ],
    [
      { fallback_scrape_protocol: 'PrometheusProto' },
      {},
      { accepted: SCRAPE_PROTOCOLS },
      `scrape_configs[0].fallback_scrape_protocol: ${NO_PROTOBUF}`,
    ],
  ])('%j, global %j, is without protobuf, and warns', async (entry, global, protocols, warning) => {
    const { jobs, warnings } = await loadJob(entry, global);
    expect(jobs[0]?.protocols).toEqual(protocols);
    expect(warnings).toEqual([`${SOURCE}: ${warning}`]);
  });

  it.each<[entry: object, messages: string[]]>([
    [
      { scrape_protocols: ['OpenMetricsText1.0'] },
      [`scrape_protocols[0]: expected ${KNOWN}, given "OpenMetricsText1.0" (string)`],
    ],
    [
      { scrape_protocols: 'PrometheusText0.0.4' },
      ['scrape_protocols: expected a list, given "PrometheusText0.0.4" (string)'],
    ],
    [
      { scrape_protocols: ['PrometheusText0.0.4', 'PrometheusText0.0.4'] },
      ['scrape_protocols: expected each protocol once, given a list'],
    ],
    [
      { fallback_scrape_protocol: 'text' },
      [`fallback_scrape_protocol: expected ${KNOWN}, given "text" (string)`],
    ],
    [
      { fallback_scrape_protocol: ['PrometheusText0.0.4'] },
      [`fallback_scrape_protocol: expected ${KNOWN}, given a list`],
    ],
  ])('%j says why it is wrong', async (entry, messages) => {
    expect(await messagesOf(loadJob(entry))).toEqual(
      messages.map((message) => `${SOURCE}: scrape_configs[0].${message}`),
    );
  });
});
