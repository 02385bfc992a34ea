import { expect, it } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { App, CfnOutput, CfnParameter, Stack } from 'aws-cdk-lib/core';
import { ConsoleLinks } from '../../../infra/app/console-links.ts';

/** What an output is in a partition and Region. */
function deployed(link: (links: ConsoleLinks, stack: Stack) => string) {
  const stack = new Stack(new App(), 'Stack');
  new LogGroup(stack, 'Any');
  new CfnOutput(stack, 'Link', { value: link(new ConsoleLinks(stack, 'Console'), stack) });
  const template = Template.fromStack(stack).toJSON() as Parts;
  return (partition: string, region: string) => resolve(template, { partition, region });
}

it.each([
  ['aws', 'eu-west-1', 'https://eu-west-1.console.aws.amazon.com'],
  ['aws-cn', 'cn-north-1', 'https://cn-north-1.console.amazonaws.cn'],
  ['aws-us-gov', 'us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com'],
])('a link leads into the console of the partition %s', (partition, region, host) => {
  const link = deployed((links) => links.dashboard('Shop-1'));
  expect(link(partition, region)).toBe(
    `${host}/cloudwatch/home?region=${region}#dashboards/dashboard/Shop-1`,
  );
});

it('the name of a log group is written as the console writes it', () => {
  const link = deployed((links, stack) => {
    const { valueAsString } = new CfnParameter(stack, 'Cluster', { default: 'prod' });
    return links.logGroup(LogGroup.fromLogGroupName(stack, 'Group', `/ecs/${valueAsString}/a#b`));
  });
  expect(link('aws', 'eu-west-1')).toMatch(
    /#logsV2:log-groups\/log-group\/\$252Fecs\$252Fprod\$252Fa\$2523b$/,
  );
});

it('a query is written as the console writes it', () => {
  const link = deployed((links, stack) =>
    links.query(LogGroup.fromLogGroupName(stack, 'Group', '/shop/ä'), [
      'filter a = "b" and toMillis(@timestamp) > (now() - 300) * 1000',
      "stats latest(cpu) as cpu_percent by TaskId, it's",
    ]),
  );
  const [, detail] = link('aws', 'eu-west-1').split('#logsV2:logs-insights$3FqueryDetail$3D');
  expect(detail).toBe(
    "~(end~0~start~-300~timeType~'RELATIVE~unit~'seconds~editorString~'filter*20a*20*3d*20*22b*22*20and*20toMillis*28*40timestamp*29*20*3e*20*28now*28*29*20-*20300*29*20*2a*201000*0a*7c*20stats*20latest*28cpu*29*20as*20cpu_percent*20by*20TaskId*2c*20it*27s~source~(~'*2fshop*2f*c3*a4))",
  );
});

interface Parts {
  readonly Conditions: Record<string, unknown>;
  readonly Outputs: { readonly Link: { readonly Value: unknown } };
}

/** What CloudFormation makes of the output. */
function resolve(
  template: Parts,
  { partition, region }: { readonly partition: string; readonly region: string },
): string {
  const references: Record<string, string> = {
    'AWS::Partition': partition,
    'AWS::Region': region,
    Cluster: 'prod',
  };
  const evaluate = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const [name = '', given] = Object.entries(value)[0] ?? [];
    const args = Array.isArray(given) ? given : [];
    switch (name) {
      case 'Ref':
        return references[String(given)];
      case 'Fn::Join':
        return args[1].map(evaluate).join(args[0]);
      case 'Fn::Equals':
        return evaluate(args[0]) === evaluate(args[1]);
      case 'Fn::If':
        return evaluate(evaluate(template.Conditions[args[0]]) ? args[1] : args[2]);
      default:
        throw new Error(`expected a function that is known here, got ${name}`);
    }
  };
  return String(evaluate(template.Outputs.Link.Value));
}
