import { expect, it } from '@jest/globals';
import { load, messagesOf } from '../config/loading.ts';
import { describeWithFixtures, fixtureJson } from '../fixtures.ts';

interface OpenKeys {
  name: string;
  config: object;
}

/** What a warning names. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  'top-flush': ['force_flush_interval'],
  'agent-unknown': ['agent.interval', 'agent.collection_jitter'],
  'mc-unknown': ['logs.metrics_collected.jmx'],
  'top-comment': ['_comment'],
  'amp-beside-logs': ['metrics.metrics_collected.prometheus'],
};

const URL =
  'https://aps-workspaces.us-west-2.amazonaws.com/workspaces/ws-12345/api/v1/remote_write';

describeWithFixtures(
  'Documents with keys that the agent’s schema leaves open',
  'cloudwatch-agent',
  () => {
    const cases = fixtureJson<OpenKeys[]>('cloudwatch-agent', 'open-keys.json');

    it.each(cases.map((each) => [each.name, each] as const))('%s', async (name, { config }) => {
      const loading = load({
        config: '/agent.json',
        env: { FARGAUGE_CLUSTER: 'shop', PROMETHEUS_CONFIG_CONTENT: 'scrape_configs: []' },
        files: { '/agent.json': JSON.stringify(config), '/opt/p.yaml': 'scrape_configs: []' },
      });
      const isAmp = name.startsWith('amp-');
      if (name === 'amp-only') {
        expect(await messagesOf(loading)).toEqual([expect.stringContaining(URL)]);
        return;
      }
      const ofAgent = (await loading).warnings.filter((text) => text.startsWith('/agent.json'));
      expect(ofAgent.map((text) => text.split(': ')[1])).toEqual(KEYS[name]);
      if (isAmp) expect(ofAgent[0]).toContain(URL);
    });
  },
);
