import { expect, it } from '@jest/globals';
import { loadAgent, messagesOf } from '../config/loading.ts';
import { describeWithFixtures, fixtureJson } from '../fixtures.ts';

interface Case {
  name: string;
  value: unknown;
  valid: boolean;
  ports?: number[];
}

const PATH =
  'CW_CONFIG_CONTENT: logs.metrics_collected.prometheus.ecs_service_discovery.task_definition_list[0].sd_metrics_ports';

const loadPorts = (value: unknown) =>
  loadAgent({
    ecs_service_discovery: {
      task_definition_list: [{ sd_task_definition_arn_pattern: '.', sd_metrics_ports: value }],
    },
  });

describeWithFixtures('sd_metrics_ports', 'cloudwatch-agent', () => {
  const cases = fixtureJson<Case[]>('cloudwatch-agent', 'ports.json');

  it.each(cases.filter(({ valid }) => valid).map((c) => [c.name, c] as const))(
    '%s is read as the agent reads it',
    async (_, { value, ports }) => {
      const { discovery } = await loadPorts(value);
      expect(discovery?.taskDefinitions[0]?.ports).toEqual(ports);
    },
  );

  it.each(cases.filter(({ valid }) => !valid).map((c) => [c.name, c] as const))(
    '%s is refused as by the agent',
    async (_, { value }) => {
      const messages = await messagesOf(loadPorts(value));
      expect(messages).toHaveLength(1);
      expect(messages[0]?.startsWith(`${PATH}: expected ports`)).toBe(true);
    },
  );
});
