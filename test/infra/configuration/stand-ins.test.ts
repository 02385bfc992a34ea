import { describe, expect, it } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { App, Fn, Stack, Token } from 'aws-cdk-lib/core';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { collectorStack } from '../template.ts';

const PROMETHEUS = 'scrape_configs: []';

/** The CloudWatch Agent's document with a log group, and something to make it long. */
function agent(log_group_name: string, user_agent = ''): string {
  return JSON.stringify({
    agent: { user_agent },
    logs: {
      metrics_collected: {
        prometheus: {
          log_group_name,
          prometheus_config_path: 'env:PROMETHEUS_CONFIG_CONTENT',
          ecs_service_discovery: { docker_label: {} },
          emf_processor: {
            metric_declaration: [
              {
                source_labels: ['job'],
                label_matcher: '.*',
                dimensions: [['job']],
                metric_selectors: ['^up$'],
              },
            ],
          },
        },
      },
    },
  });
}

describe('a configuration with values that only the deployment knows', () => {
  // GIVEN
  const stack = new Stack(new App(), 'Stack');
  const group = new LogGroup(stack, 'Group');

  // WHEN
  collectorStack(
    {
      configuration: CollectorConfiguration.cloudWatchAgent(agent(group.logGroupName), PROMETHEUS),
    },
    stack,
  );
  const template = Template.fromStack(stack);

  // THEN
  it('is put together in the environment of the function', () => {
    const [lambda] = Object.values(
      template.findResources('AWS::Lambda::Function', { Properties: { Runtime: 'nodejs24.x' } }),
    ).filter(({ Properties }) => Properties.Environment?.Variables.CW_CONFIG_CONTENT);
    expect(lambda?.Properties.Environment.Variables.CW_CONFIG_CONTENT).toEqual({
      'Fn::Join': [
        '',
        [
          expect.stringContaining('"log_group_name":"'),
          { Ref: expect.stringMatching(/^Group/) },
          expect.stringContaining('"prometheus_config_path"'),
        ],
      ],
    });
  });

  it('lets the function write to the group of that name', () => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: Match.arrayWith(['logs:PutLogEvents']),
            Resource: {
              'Fn::Join': ['', Match.arrayWith([{ Ref: Match.stringLikeRegexp('^Group') }, ':*'])],
            },
          }),
        ]),
      },
    });
  });

  it('makes no group of its own for that', () => {
    template.resourceCountIs('AWS::Logs::LogGroup', 2);
  });
});

describe('what cannot be put together is refused', () => {
  const refused = (configuration: CollectorConfiguration) => () =>
    collectorStack({ configuration });

  it('a configuration that has no room in the environment', () => {
    const long = agent(Token.asString({ Ref: 'Group' }), 'x'.repeat(4_000));
    expect(refused(CollectorConfiguration.cloudWatchAgent(long, PROMETHEUS))).toThrow(
      new Error(
        "[Stack/Collector] Expected a `configuration` whose values only the deployment knows to fit into the 4096 bytes of the function's environment, because a deployment writes no files: write the values themselves, or leave `log_group_name` out and give `metricsLogGroup`",
      ),
    );
  });

  it('a list', () => {
    const targets = Fn.split(',', Fn.importValue('targets'));
    expect(
      refused(
        CollectorConfiguration.of({
          scrape_configs: [{ job_name: 'static', static_configs: [{ targets }] }],
        }),
      ),
    ).toThrow(
      new Error(
        '[Stack/Collector] The configuration object cannot be used:\n  the configuration object: scrape_configs[0].static_configs[0].targets[0]: expected a list whose items may be values of the deployment, got a list that only the deployment knows',
      ),
    );
  });

  it('a number', () => {
    const sample_limit = Token.asNumber(Fn.importValue('limit'));
    expect(
      refused(
        CollectorConfiguration.of({ scrape_configs: [{ job_name: 'static', sample_limit }] }),
      ),
    ).toThrow(
      new Error(
        '[Stack/Collector] The configuration object cannot be used:\n  the configuration object: scrape_configs[0].sample_limit: expected the number itself, got one that only the deployment knows',
      ),
    );
  });

  it('what is wrong whatever the deployment knows, without a word of that', () => {
    const text = JSON.stringify({ log_group_name: Token.asString({ Ref: 'Group' }), shards: 2 });
    expect(refused(CollectorConfiguration.native(text))).toThrow(/given an unknown key$/);
  });

  it('a value that must be known', () => {
    const scrape_interval = Fn.importValue('interval');
    expect(
      refused(
        CollectorConfiguration.of({ scrape_configs: [{ job_name: 'static', scrape_interval }] }),
      ),
    ).toThrow(
      /known-at-deployment-0"(?:.|\n)*\n {2}where known-at-deployment stands for a value that only the deployment knows: write the value itself, or leave `log_group_name` out and give the collector a `metricsLogGroup`$/,
    );
  });
});
