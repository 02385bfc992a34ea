import { expect, it } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { App, Stack } from 'aws-cdk-lib/core';
import { TaskSidecarExtension } from '../../../infra/sidecar/extension.ts';
import { IMAGE } from '../template.ts';

function taskDefinitionIn(stack: Stack): FargateTaskDefinition {
  const taskDefinition = new FargateTaskDefinition(stack, 'Task');
  taskDefinition.addContainer('app', { image: IMAGE });
  return taskDefinition;
}

it('an extension adds the sidecar, with its options', () => {
  // GIVEN
  const stack = new Stack(new App(), 'Stack');

  // WHEN
  taskDefinitionIn(stack).addExtension(new TaskSidecarExtension({ image: IMAGE, port: 9999 }));

  // THEN
  Template.fromStack(stack).hasResourceProperties('AWS::ECS::TaskDefinition', {
    ContainerDefinitions: [
      Match.objectLike({ Name: 'app' }),
      Match.objectLike({ Name: 'fargauge-sidecar', PortMappings: [{ ContainerPort: 9999 }] }),
    ],
  });
});

it('an extension that comes a second time is refused', () => {
  const extension = new TaskSidecarExtension({ image: IMAGE });
  const taskDefinition = taskDefinitionIn(new Stack(new App(), 'Stack'));
  taskDefinition.addExtension(extension);
  expect(() => taskDefinition.addExtension(extension)).toThrow(
    new Error('[Stack/Task/Fargauge] Stack/Task has a sidecar already: Stack/Task/Fargauge'),
  );
});
