import { beforeAll, describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Connections, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import {
  Compatibility,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  NetworkMode,
  Secret,
  TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { Secret as SecretsManagerSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { App, Stack } from 'aws-cdk-lib/core';
import { bundleSidecar } from '../../../infra/build/bundle.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { sidecarFolder } from '../../../infra/sidecar/image.ts';
import {
  InstanceDaemon,
  type InstanceDaemonProps,
} from '../../../infra/sidecar/instance-daemon.ts';
import { TaskSidecar } from '../../../infra/sidecar/sidecar.ts';
import { readSettings } from '../../../sidecar/settings.ts';
import { IMAGE, placeIn } from '../template.ts';

function place() {
  const stack = new Stack(new App(), 'Stack');
  const { vpc, cluster } = placeIn(stack, 'Place');
  const instances = new SecurityGroup(stack, 'Instances', { vpc });
  const provider = {
    capacityProviderName: 'managed',
    connections: new Connections({ securityGroups: [instances] }),
  };
  return { stack, vpc, cluster, instances, provider };
}

function daemonIn(more: Partial<InstanceDaemonProps> = {}, given = place()) {
  const { stack, cluster, provider } = given;
  const image = 'architecture' in more ? {} : { image: 'sidecar:1' };
  const props = { cluster, capacityProviders: [provider], ...image, ...more };
  const daemon = new InstanceDaemon(stack, 'Daemon', props);
  return { ...given, daemon, template: () => Template.fromStack(stack) };
}

function warningsIn(stack: Stack): unknown[] {
  return Annotations.fromStack(stack)
    .findWarning('/Stack/Daemon', Match.anyValue())
    .map(({ entry }) => entry.data);
}

describe('the daemon', () => {
  beforeAll(() => bundleSidecar());

  it('runs on each instance of the capacity providers, and its tasks have the tags that the collector looks for', () => {
    daemonIn({ port: 9000 })
      .template()
      .hasResourceProperties('AWS::ECS::Daemon', {
        DaemonName: 'fargauge',
        CapacityProviderArns: [
          {
            'Fn::Join': [
              '',
              Match.arrayWith([Match.stringLikeRegexp('^:ecs:$|:capacity-provider/managed$')]),
            ],
          },
        ],
        ClusterArn: 'arn:aws:ecs:eu-west-1:111122223333:cluster/prod',
        DaemonTaskDefinitionArn: {
          'Fn::GetAtt': [
            Match.stringLikeRegexp('^DaemonTaskDefinition'),
            'DaemonTaskDefinitionArn',
          ],
        },
        Critical: false,
        PropagateTags: 'DAEMON',
        Tags: [
          { Key: 'ECS_PROMETHEUS_EXPORTER_PORT', Value: '9000' },
          { Key: 'ECS_PROMETHEUS_METRICS_PATH', Value: '/metrics' },
          { Key: 'job', Value: 'fargauge-sidecar' },
        ],
      });
  });

  it('may do nothing on AWS: its task has no role, and ECS may write its log for it', () => {
    const template = daemonIn().template();
    template.hasResourceProperties('AWS::ECS::DaemonTaskDefinition', {
      TaskRoleArn: Match.absent(),
      ExecutionRoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DaemonExecutionRole'), 'Arn'] },
    });
    const policies = Object.values(template.findResources('AWS::IAM::Policy'));
    expect(policies.map(({ Properties }) => Properties.PolicyDocument.Statement)).toEqual([
      [
        {
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Effect: 'Allow',
          Resource: { 'Fn::GetAtt': [expect.stringMatching('^DaemonLogGroup'), 'Arn'] },
        },
      ],
    ]);
  });

  it('has a container that the sidecar takes its settings from', () => {
    const given = place();
    const token = Secret.fromSecretsManager(
      SecretsManagerSecret.fromSecretNameV2(given.stack, 'Token', 'fargauge'),
    );
    const configuration = CollectorConfiguration.builtIn();
    const template = daemonIn({ port: 9000, token, configuration }, given).template();
    const [definition] = Object.values(template.findResources('AWS::ECS::DaemonTaskDefinition'));
    const [container] = definition?.Properties.ContainerDefinitions ?? [];
    expect(container).toMatchObject({
      Name: 'fargauge-sidecar',
      Image: 'sidecar:1',
      Essential: true,
      ReadonlyRootFilesystem: true,
      HealthCheck: { Command: ['CMD', '/fargauge-sidecar', 'health'] },
      Secrets: [{ Name: 'FARGAUGE_TOKEN', ValueFrom: expect.anything() }],
    });
    const environment = Object.fromEntries(
      container.Environment.map(({ Name, Value }: { Name: string; Value: string }) => [
        Name,
        Value,
      ]),
    );
    expect(
      readSettings({ ...environment, ECS_CONTAINER_METADATA_URI_V4: 'http://1.2.3.4/' }),
    ).toMatchObject({
      settings: { port: 9000, scope: 'instance', namespace: '/proc/1/ns/net' },
    });
    expect(environment).toHaveProperty('FARGAUGE_EMF');
  });

  it.each([
    [CpuArchitecture.ARM64, 'linux/arm64'],
    [CpuArchitecture.X86_64, 'linux/amd64'],
  ])('has the image of the sidecar for its architecture', (architecture, platform) => {
    const { stack, template } = daemonIn({ architecture });
    const image = stack.node.findChild('Daemon').node.findChild('Image') as DockerImageAsset;
    expect(image.node.findChild('Staging')).toBeDefined();
    const assets = JSON.stringify(Template.fromStack(stack).toJSON());
    expect(assets).toContain('container-assets');
    expect(sidecarFolder(stack, architecture._cpuArchitecture).platform?.platform).toBe(platform);
    template().hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: Match.arrayWith(['ecr:BatchGetImage']) }),
        ]),
      },
    });
  });

  it('opens nothing by itself, and its connections are those of the instances', () => {
    const { stack, vpc, daemon, instances, template } = daemonIn();
    const other = new SecurityGroup(stack, 'Other', { vpc });
    daemon.connections.allowFrom(other, Port.tcp(daemon.port));
    template().hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: stack.resolve(instances.securityGroupId),
      FromPort: 9546,
      ToPort: 9546,
    });
  });

  it('has the rights that opening a port in the network of the instance takes, and no others', () => {
    const { stack, template } = daemonIn();
    template().hasResourceProperties('AWS::ECS::DaemonTaskDefinition', {
      PidMode: 'shared',
      Volumes: Match.absent(),
      ContainerDefinitions: [
        Match.objectLike({
          User: '0:0',
          Privileged: Match.absent(),
          LinuxParameters: {
            Capabilities: { Drop: ['ALL'], Add: ['SETGID', 'SETUID', 'SYS_ADMIN', 'SYS_PTRACE'] },
          },
        }),
      ],
    });
    expect(warningsIn(stack)).toEqual([]);
  });

  it('has no rights in a network of its own, and warns that only its instance reaches it', () => {
    const { stack, template } = daemonIn({ instanceNetwork: false });
    template().hasResourceProperties('AWS::ECS::DaemonTaskDefinition', {
      PidMode: Match.absent(),
      ContainerDefinitions: [
        Match.objectLike({
          User: Match.absent(),
          LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
          Environment: [{ Name: 'FARGAUGE_SCOPE', Value: 'instance' }],
        }),
      ],
    });
    expect(warningsIn(stack)).toEqual([
      expect.stringMatching(/an address that only its instance reaches.*fargauge:daemonAddress/),
    ]);
  });

  it('warns if its image has Node.js, which opens no port in another network', () => {
    const { stack } = daemonIn({ architecture: CpuArchitecture.ARM64 });
    const { isProgram } = sidecarFolder(stack, CpuArchitecture.ARM64._cpuArchitecture);
    expect(warningsIn(stack)).toEqual(
      isProgram ? [] : [expect.stringContaining('The image has Node.js, which cannot open a port')],
    );
  });

  it.each<[string, Partial<InstanceDaemonProps>, string]>([
    ['no capacity provider', { capacityProviders: [] }, 'Expected at least one capacity provider'],
    ['a port that is none', { port: 0 }, 'Expected `port` to be from 1 to 65535, got 0'],
    ['too little memory', { memoryMiB: 1 }, 'Expected `memoryMiB`'],
    [
      'an image and an architecture',
      { architecture: CpuArchitecture.ARM64, image: 'sidecar:1' },
      'Expected either `image` or `architecture`, got both',
    ],
  ])('refuses %s', (_, props, message) => {
    expect(() => daemonIn(props)).toThrow(message);
  });
});

describe('a TaskSidecar in a task of the cluster of a daemon', () => {
  const WARNING = Match.stringLikeRegexp(
    'The daemon Stack/Daemon already reports these tasks on Managed Instances',
  );

  /** @param compatibility of the task definition */
  function withSidecar(given: ReturnType<typeof place>, compatibility?: Compatibility) {
    const { stack, cluster } = given;
    const taskDefinition =
      compatibility === undefined
        ? new FargateTaskDefinition(stack, 'Task')
        : new TaskDefinition(stack, 'Task', {
            compatibility,
            networkMode: NetworkMode.AWS_VPC,
            cpu: '256',
            memoryMiB: '512',
          });
    taskDefinition.addContainer('app', { image: IMAGE, memoryReservationMiB: 64 });
    TaskSidecar.addToTaskDefinition(taskDefinition, { image: IMAGE });
    new FargateService(stack, 'Service', { cluster, taskDefinition });
    return Annotations.fromStack(stack);
  }

  it('is told of, if the task can be on Managed Instances', () => {
    const given = daemonIn();
    withSidecar(given, Compatibility.MANAGED_INSTANCES).hasWarning('/Stack/Task/Fargauge', WARNING);
  });

  it('is not told of on Fargate, nor in a cluster without a daemon', () => {
    withSidecar(daemonIn()).hasNoWarning('/Stack/Task/Fargauge', WARNING);
    withSidecar(place(), Compatibility.MANAGED_INSTANCES).hasNoWarning(
      '/Stack/Task/Fargauge',
      WARNING,
    );
  });
});
