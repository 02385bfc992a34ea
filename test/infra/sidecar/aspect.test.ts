import { describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  CfnTaskDefinition,
  Compatibility,
  FargateService,
  FargateTaskDefinition,
  NetworkMode,
  OperatingSystemFamily,
  TaskDefinition,
  type TaskDefinitionProps,
} from 'aws-cdk-lib/aws-ecs';
import {
  App,
  AspectPriority,
  Aspects,
  type IAspect,
  NestedStack,
  Stack,
  Stage,
  Tags,
} from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { TaskSidecarAspect, type TaskSidecarAspectOptions } from '../../../infra/sidecar/aspect.ts';
import { TaskSidecarExtension } from '../../../infra/sidecar/extension.ts';
import { TaskSidecar } from '../../../infra/sidecar/sidecar.ts';
import { collectorStack, IMAGE, placeIn } from '../template.ts';

const OPTIONS: TaskSidecarAspectOptions = { image: IMAGE };

function fargateTask(scope: Construct, id = 'Task'): FargateTaskDefinition {
  const taskDefinition = new FargateTaskDefinition(scope, id);
  taskDefinition.addContainer('app', { image: IMAGE });
  return taskDefinition;
}

function otherTask(scope: Construct, props: Partial<TaskDefinitionProps>): TaskDefinition {
  const taskDefinition = new TaskDefinition(scope, 'Task', {
    compatibility: Compatibility.FARGATE,
    cpu: '1024',
    memoryMiB: '2048',
    ...props,
  });
  taskDefinition.addContainer('app', { image: IMAGE });
  return taskDefinition;
}

/** The names of the containers of each task definition of a synthesized stack. */
function containersIn(stack: Stack): string[][] {
  const found = Template.fromStack(stack).findResources('AWS::ECS::TaskDefinition');
  return Object.values(found).map(({ Properties }) =>
    Properties.ContainerDefinitions.map(({ Name }: { Name: string }) => Name),
  );
}

const WITH_SIDECAR = ['app', 'fargauge-sidecar'];

describe.each([
  ['with the order of aspects that new apps have', true],
  ['with the order of aspects that old apps have', false],
])('an aspect, %s', (_, stabilized) => {
  const newApp = () => new App({ context: { '@aws-cdk/core:aspectStabilization': stabilized } });

  it('adds the sidecar to every task definition of an app', () => {
    const app = newApp();
    const stacks = ['One', 'Two'].map((id) => new Stack(app, id));
    for (const stack of stacks) fargateTask(stack);
    TaskSidecarAspect.addTo(app, OPTIONS);
    expect(stacks.map(containersIn)).toEqual([[WITH_SIDECAR], [WITH_SIDECAR]]);
  });

  it('adds the sidecar in nested stacks', () => {
    const stack = new Stack(newApp(), 'Stack');
    const nested = new NestedStack(stack, 'Nested');
    fargateTask(nested);
    TaskSidecarAspect.addTo(stack, OPTIONS);
    expect(containersIn(nested)).toEqual([WITH_SIDECAR]);
  });

  it('adds all that the sidecar needs', () => {
    const stack = new Stack(newApp(), 'Stack');
    fargateTask(stack);
    TaskSidecarAspect.addTo(stack, OPTIONS);
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 14 });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [{ Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] }],
      },
    });
  });

  it('adds one sidecar where it is applied twice', () => {
    const app = newApp();
    const stack = new Stack(app, 'Stack');
    fargateTask(stack);
    TaskSidecarAspect.addTo(app, OPTIONS);
    TaskSidecarAspect.addTo(stack, OPTIONS);
    expect(containersIn(stack)).toEqual([WITH_SIDECAR]);
  });

  it('is seen by aspects that only look', () => {
    // GIVEN
    const stack = new Stack(newApp(), 'Stack');
    fargateTask(stack);
    const seen: string[] = [];
    const look: IAspect = { visit: ({ node }) => seen.push(node.path) };

    // WHEN
    Aspects.of(stack).add(look, { priority: AspectPriority.READONLY });
    TaskSidecarAspect.addTo(stack, OPTIONS);
    Template.fromStack(stack);

    // THEN
    expect(seen).toContain('Stack/Task/Fargauge/LogGroup/Resource');
  });

  it('leaves what it adds to the tags of the app', () => {
    const stack = new Stack(newApp(), 'Stack');
    fargateTask(stack);
    Tags.of(stack).add('team', 'shop');
    TaskSidecarAspect.addTo(stack, OPTIONS);
    Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', {
      Tags: [{ Key: 'team', Value: 'shop' }],
    });
  });
});

it.each([
  ['collectFrom comes first', true],
  ['collectFrom comes last', false],
])('the port of a sidecar by an aspect is opened to the collector where %s', (_, isFirst) => {
  // GIVEN
  const { stack, collector } = collectorStack();
  const service = new FargateService(stack, 'Service', {
    cluster: placeIn(stack, 'Place').cluster,
    taskDefinition: fargateTask(stack),
    securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Tasks', 'sg-0123456789abcdef1')],
  });

  // WHEN
  if (isFirst) collector.collectFrom(service);
  TaskSidecarAspect.addTo(stack, OPTIONS);
  if (!isFirst) collector.collectFrom(service);

  // THEN
  Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    GroupId: 'sg-0123456789abcdef1',
    FromPort: 9546,
  });
  expect(Annotations.fromStack(stack).findWarning('/Stack/Collector', Match.anyValue())).toEqual(
    [],
  );
});

describe('an aspect leaves a task definition as it is', () => {
  it.each<[how: string, add: (taskDefinition: TaskDefinition) => unknown]>([
    [
      'by the construct',
      (taskDefinition) =>
        new TaskSidecar(Stack.of(taskDefinition), 'Sidecar', { taskDefinition, image: IMAGE }),
    ],
    [
      'by the construct, under another name',
      (taskDefinition) =>
        TaskSidecar.addToTaskDefinition(taskDefinition, { image: IMAGE, containerName: 'gauge' }),
    ],
    [
      'by an extension',
      (taskDefinition) => taskDefinition.addExtension(new TaskSidecarExtension({ image: IMAGE })),
    ],
    [
      'by hand',
      (taskDefinition) => taskDefinition.addContainer('fargauge-sidecar', { image: IMAGE }),
    ],
  ])('that has the sidecar %s', (_, add) => {
    const stack = new Stack(new App(), 'Stack');
    add(fargateTask(stack));
    TaskSidecarAspect.addTo(stack, OPTIONS);
    expect(containersIn(stack)).toEqual([
      ['app', expect.stringMatching(/^(fargauge-sidecar|gauge)$/)],
    ]);
  });

  it('that is excluded', () => {
    const stack = new Stack(new App(), 'Stack');
    const exclude = [fargateTask(stack, 'Batch')];
    TaskSidecarAspect.addTo(stack, { ...OPTIONS, exclude });
    expect(containersIn(stack)).toEqual([['app']]);
  });

  it.each<[kind: string, props: Partial<TaskDefinitionProps>, reason: string]>([
    [
      'of Windows',
      {
        runtimePlatform: { operatingSystemFamily: OperatingSystemFamily.WINDOWS_SERVER_2022_CORE },
      },
      'A Windows task cannot run the sidecar, which is a Linux container',
    ],
    [
      'without a network',
      { compatibility: Compatibility.EC2, networkMode: NetworkMode.NONE },
      'A task in network mode "none" has no address, so no collector can scrape its sidecar',
    ],
  ])('%s, with a warning', (_, props, reason) => {
    const stack = new Stack(new App(), 'Stack');
    otherTask(stack, props);
    TaskSidecarAspect.addTo(stack, OPTIONS);
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Task',
      `[Stack/Task] ${reason}: Fargauge adds none [ack: fargauge:noSidecar]`,
    );
    expect(containersIn(stack)).toEqual([['app']]);
  });

  it('that is only an L1, with a warning', () => {
    const stack = new Stack(new App(), 'Stack');
    new CfnTaskDefinition(stack, 'Task', { family: 'checkout' });
    TaskSidecarAspect.addTo(stack, OPTIONS);
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Task',
      '[Stack/Task] The sidecar can only be added to a TaskDefinition, not to a CfnTaskDefinition: Fargauge adds none [ack: fargauge:noSidecar]',
    );
  });

  it('in a stage below the scope, and adds the sidecar where the stage is the scope', () => {
    const app = new App();
    const stages = ['Beta', 'Prod'].map((id) => new Stage(app, id));
    const stacks = stages.map((stage) => new Stack(stage, 'Stack'));
    for (const stack of stacks) fargateTask(stack);
    TaskSidecarAspect.addTo(app, OPTIONS);
    TaskSidecarAspect.addTo(stages[1]!, OPTIONS);
    app.synth();
    expect(stacks.map((stack) => containersIn(stack))).toEqual([[['app']], [WITH_SIDECAR]]);
  });
});
