import { describe, expect, it } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ContainerImage, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { App, Stack } from 'aws-cdk-lib/core';
import { TaskSidecar } from '../../../infra/sidecar/sidecar.ts';

/** An app with one sidecar, and the context `sidecarImage`. */
function templateWith(sidecarImage: unknown, image?: ContainerImage): Template {
  const stack = new Stack(new App({ context: { sidecarImage } }), 'Stack');
  const taskDefinition = new FargateTaskDefinition(stack, 'Task');
  new TaskSidecar(stack, 'Sidecar', { taskDefinition, ...(image && { image }) });
  return Template.fromStack(stack);
}

function imageOf(template: Template): unknown {
  const [task] = Object.values(template.findResources('AWS::ECS::TaskDefinition'));
  return task?.Properties.ContainerDefinitions[0].Image;
}

const ECR = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/tools/fargauge-sidecar';
const DIGEST = `sha256:${'0'.repeat(64)}`;

describe('the image that the context names', () => {
  it.each([
    'ghcr.io/fargauge/fargauge/sidecar:0.1.0',
    `registry.example:5000/sidecar@${DIGEST}`,
    'sidecar',
  ])('is taken from a registry: %s', (name) => {
    expect(imageOf(templateWith(name))).toBe(name);
  });

  it.each([`${ECR}:1`, `${ECR}@${DIGEST}`])(
    'may be pulled from a private repository of ECR: %s',
    (name) => {
      const template = templateWith(name);
      const [, path = ''] = name.split('amazonaws.com');
      expect(JSON.stringify(imageOf(template))).toContain(path);
      template.hasResourceProperties('AWS::IAM::Policy', {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Action: Match.arrayWith(['ecr:BatchGetImage']) }),
          ]),
        },
      });
    },
  );

  it('gives way to the image of one sidecar', () => {
    const own = ContainerImage.fromRegistry('own:1');
    expect(imageOf(templateWith('other:1', own))).toBe('own:1');
  });

  it.each([['two words'], [''], [7]])('is refused where it is none: %p', (name) => {
    expect(() => templateWith(name)).toThrow(
      `[Stack/Sidecar] context key sidecarImage: expected the name of an image, such as 111122223333.dkr.ecr.eu-west-1.amazonaws.com/fargauge-sidecar:1, got ${JSON.stringify(name)}`,
    );
  });
});
