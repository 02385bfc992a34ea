import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Annotations, Template } from 'aws-cdk-lib/assertions';
import {
  Capability,
  type CfnTaskDefinition,
  Compatibility,
  CpuArchitecture,
  Ec2TaskDefinition,
  FargateTaskDefinition,
  LogDriver,
  NetworkMode,
  OperatingSystemFamily,
  Secret,
  TaskDefinition,
  type TaskDefinitionProps,
} from 'aws-cdk-lib/aws-ecs';
import { Secret as SecretsManagerSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { App, Aws, Stack } from 'aws-cdk-lib/core';
import { REPOSITORY } from '../../../infra/build/paths.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { sidecarImage } from '../../../infra/sidecar/image.ts';
import type { TaskSidecarProps } from '../../../infra/sidecar/props.ts';
import { TaskSidecar } from '../../../infra/sidecar/sidecar.ts';
import { withHelp } from '../../../lambda/model/targets/help.ts';
import { readSettings } from '../../../sidecar/settings.ts';
import { sidecarBundle } from '../../bundles.ts';
import { IMAGE } from '../template.ts';

interface Given {
  readonly stack: Stack;
  readonly taskDefinition: TaskDefinition;
}

/** A task definition with an application that listens on `port`. */
function taskDefinition(props: Partial<TaskDefinitionProps> = {}, port = 8080): Given {
  const stack = new Stack(new App(), 'Stack');
  const taskDefinition = new TaskDefinition(stack, 'Task', {
    compatibility: Compatibility.FARGATE,
    cpu: '256',
    memoryMiB: '512',
    ...props,
  });
  taskDefinition.addContainer('app', {
    image: IMAGE,
    memoryReservationMiB: 128,
    ...(taskDefinition.networkMode !== NetworkMode.NONE && {
      portMappings: [{ containerPort: port }],
    }),
  });
  return { stack, taskDefinition };
}

function addSidecar(
  { stack, taskDefinition }: Given,
  props: Partial<TaskSidecarProps> = {},
  id = 'Sidecar',
) {
  return new TaskSidecar(stack, id, { taskDefinition, image: IMAGE, ...props });
}

/** The container as CloudFormation gets it. */
function sidecarOf(stack: Stack, name = 'fargauge-sidecar'): Record<string, unknown> {
  const [task] = Object.values(Template.fromStack(stack).findResources('AWS::ECS::TaskDefinition'));
  return task?.Properties.ContainerDefinitions.find(
    (container: { Name: string }) => container.Name === name,
  );
}

/** CloudFormation's names as the ECS API spells them: the first letter small. Docker labels are no such names. */
function inApiCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inApiCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      name === 'DockerLabels' ? inner : inApiCase(inner),
    ]),
  );
}

describe('a sidecar in a Fargate task', () => {
  // GIVEN
  const given = taskDefinition();

  // WHEN
  addSidecar(given);
  const sidecar = sidecarOf(given.stack);

  // THEN
  it('is found by its docker labels', () => {
    expect(sidecar.DockerLabels).toEqual({
      ECS_PROMETHEUS_EXPORTER_PORT: '9546',
      ECS_PROMETHEUS_METRICS_PATH: '/metrics',
      job: 'fargauge-sidecar',
    });
  });

  it('is reached on its port', () => {
    expect(sidecar.PortMappings).toEqual([{ ContainerPort: 9546, Protocol: 'tcp' }]);
  });

  it('does not end the task when it ends', () => {
    expect(sidecar.Essential).toBe(false);
  });

  it('has memory of its own', () => {
    expect(sidecar.MemoryReservation).toBe(16);
  });

  it('cannot write to its root file system', () => {
    expect(sidecar.ReadonlyRootFilesystem).toBe(true);
  });

  it('needs no environment variable', () => {
    expect(sidecar).not.toHaveProperty('Environment');
  });

  it('has no Linux capabilities', () => {
    expect(sidecar.LinuxParameters).toEqual({ Capabilities: { Drop: ['ALL'] } });
  });

  it('logs to a group of its own, which is kept for two weeks', () => {
    expect(sidecar.LogConfiguration).toMatchObject({
      LogDriver: 'awslogs',
      Options: { 'awslogs-group': { Ref: expect.stringMatching(/^SidecarLogGroup/) } },
    });
    Template.fromStack(given.stack).hasResourceProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 14,
    });
  });

  it('is checked with its own program, as rarely as ECS allows', () => {
    expect(sidecar.HealthCheck).toEqual({
      Command: ['CMD', '/fargauge-sidecar', 'health'],
      Interval: 300,
      Retries: 3,
      Timeout: 5,
    });
  });

  it('leaves the application the default container', () => {
    expect(given.taskDefinition.defaultContainer?.containerName).toBe('app');
  });
});

it('the guide shows the same container for those without the CDK', () => {
  // GIVEN
  const given = taskDefinition();
  addSidecar(given);
  const { LogConfiguration: _log, ...container } = sidecarOf(given.stack);

  // WHEN
  const guide = readFileSync(join(REPOSITORY, 'docs/deploy.md'), 'utf8');
  const shown = JSON.parse(/```json\n(.*?)```/s.exec(guide)?.[1] ?? '');

  // THEN
  expect({ ...shown, image: 'registry.example/image' }).toEqual(inApiCase(container));
});

describe('what can be chosen', () => {
  it('the port, which the sidecar and the collector are told', () => {
    // GIVEN
    const given = taskDefinition({}, 9546);

    // WHEN
    addSidecar(given, { port: 9999 });

    // THEN
    expect(sidecarOf(given.stack)).toMatchObject({
      PortMappings: [{ ContainerPort: 9999 }],
      Environment: expect.arrayContaining([{ Name: 'ECS_METRICS_EXPORTER_PORT', Value: '9999' }]),
      DockerLabels: { ECS_PROMETHEUS_EXPORTER_PORT: '9999' },
    });
  });

  it('the name, the memory and the log', () => {
    // GIVEN
    const given = taskDefinition();

    // WHEN
    addSidecar(given, {
      containerName: 'gauge',
      memoryReservationMiB: 96,
      logging: LogDriver.awsLogs({ streamPrefix: 'mine' }),
    });

    // THEN
    expect(sidecarOf(given.stack, 'gauge')).toMatchObject({
      MemoryReservation: 96,
      LogConfiguration: { Options: { 'awslogs-stream-prefix': 'mine' } },
    });
  });
});

describe('what can be opened', () => {
  it('the documents of the metadata endpoint', () => {
    const given = taskDefinition();
    addSidecar(given, { documents: true });
    expect(sidecarOf(given.stack).Environment).toEqual([
      { Name: 'FARGAUGE_DOCUMENTS', Value: 'on' },
    ]);
  });

  it('Linux capabilities', () => {
    const given = taskDefinition();
    addSidecar(given, { droppedCapabilities: [Capability.NET_RAW] });
    expect(sidecarOf(given.stack).LinuxParameters).toEqual({ Capabilities: { Drop: ['NET_RAW'] } });
  });
});

describe('what nobody has collected when the task ends', () => {
  const configuration = CollectorConfiguration.of({
    emf_processor: {
      metric_namespace: 'Shop',
      metric_unit: { ee_task_cpu_utilization_percent: 'Percent' },
      metric_declaration: [
        {
          source_labels: ['ServiceName'],
          label_matcher: '^checkout$',
          metric_selectors: ['^ee_task_cpu_utilization_percent$'],
          dimensions: [['ServiceName', 'ClusterName']],
        },
        {
          source_labels: ['job'],
          label_matcher: '(?i)^APP$',
          metric_selectors: ['.*'],
          dimensions: [['job']],
        },
      ],
    },
  });
  const given = taskDefinition();
  addSidecar(given, { configuration });
  const environment = sidecarOf(given.stack).Environment as { Name: string; Value: string }[];

  it("is published by the collector's rules", () => {
    const [{ Name, Value } = { Name: '', Value: '' }] = environment;
    expect(Name).toBe('FARGAUGE_EMF');
    expect(JSON.parse(Value)).toEqual({
      metric_namespace: 'Shop',
      metric_unit: { ee_task_cpu_utilization_percent: 'Percent' },
      metric_declaration: [
        {
          source_labels: ['ServiceName'],
          label_separator: ';',
          label_matcher: '^checkout$',
          metric_selectors: ['^ee_task_cpu_utilization_percent$'],
          dimensions: [['ClusterName', 'ServiceName']],
        },
      ],
      labels: { job: 'fargauge-sidecar' },
    });
  });

  it('gives a warning where a rule has an expression that the sidecar cannot read', () => {
    Annotations.fromStack(given.stack).hasWarning(
      '/Stack/Sidecar',
      "[Stack/Sidecar] The sidecar cannot read the expression (?i)^APP$: the metrics of a task's last seconds are lost [ack: fargauge:lastEvents-c6a9b7d6]",
    );
  });
});

it('the sidecar understands all that it is told', () => {
  // GIVEN
  const given = taskDefinition();
  addSidecar(given, {
    port: 9999,
    configuration: CollectorConfiguration.detailed(),
    targets: [{ name: 'app', url: 'http://[::1]:8080/metrics' }],
    documents: true,
  });

  // WHEN
  const variables = sidecarOf(given.stack).Environment as { Name: string; Value: string }[];
  const read = readSettings({
    ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/id',
    ...Object.fromEntries(variables.map(({ Name, Value }) => [Name, Value])),
  });

  // THEN
  expect(read).toMatchObject({
    settings: { port: 9999, emf: { namespace: 'Fargauge' }, documents: true },
  });
  const settings = 'settings' in read ? read.settings : undefined;
  expect([...(settings?.applications.keys() ?? [])]).toEqual(['app']);
});

describe('applications on loopback', () => {
  // GIVEN
  const given = taskDefinition();
  const container = given.taskDefinition.defaultContainer!;

  // WHEN
  TaskSidecar.addToTaskDefinition(given.taskDefinition, {
    image: IMAGE,
    token: Secret.fromSecretsManager(
      SecretsManagerSecret.fromSecretNameV2(given.stack, 'Token', 'fargauge'),
    ),
    targets: [
      { name: 'app', url: 'http://127.0.0.1:8080/metrics', container },
      { name: 'other', url: 'http://localhost:9000/prometheus' },
    ],
  });

  // THEN
  it('are told to the sidecar, as is the token', () => {
    expect(sidecarOf(given.stack)).toMatchObject({
      Environment: expect.arrayContaining([
        {
          Name: 'FARGAUGE_TARGETS',
          Value: 'app=http://127.0.0.1:8080/metrics,other=http://localhost:9000/prometheus',
        },
      ]),
      Secrets: [{ Name: 'FARGAUGE_TOKEN' }],
    });
  });

  it('are found by docker labels of their container, at the port of the sidecar', () => {
    expect(sidecarOf(given.stack, 'app').DockerLabels).toEqual({
      ECS_PROMETHEUS_EXPORTER_PORT: '9546',
      ECS_PROMETHEUS_METRICS_PATH: '/metrics/app',
      job: 'app',
    });
  });

  it.each([
    [
      'a name twice',
      [
        { name: 'app', url: 'http://127.0.0.1/' },
        { name: 'app', url: 'http://127.0.0.1/' },
      ],
      'Expected the names of `targets` to be distinct, of 1 to 64 letters, digits, - and _, got "app"',
    ],
    [
      'a name that is none',
      [{ name: 'a/b', url: 'http://127.0.0.1/' }],
      'Expected the names of `targets` to be distinct, of 1 to 64 letters, digits, - and _, got "a/b"',
    ],
    [
      'another host',
      [{ name: 'app', url: 'http://10.0.0.1:8080/metrics' }],
      'Expected the URLs of `targets` to be http, on loopback and without a comma, such as http://127.0.0.1:8080/metrics, got "http://10.0.0.1:8080/metrics"',
    ],
    [
      'more than the sidecar takes',
      Array.from({ length: 33 }, (_, index) => ({ name: `a${index}`, url: 'http://127.0.0.1/' })),
      'Expected at most 32 `targets`, got 33',
    ],
  ])('with %s are refused', (_, targets, message) => {
    expect(() => addSidecar(taskDefinition(), { targets })).toThrow(
      new Error(`[Stack/Sidecar] ${message}`),
    );
  });
});

describe('the image', () => {
  beforeAll(() => sidecarBundle());

  it.each([
    ['arm64', CpuArchitecture.ARM64],
    ['amd64', CpuArchitecture.X86_64],
    ['amd64', undefined],
  ])('is built for %s where the task runs on it', (platform, cpuArchitecture) => {
    // GIVEN
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const taskDefinition = new FargateTaskDefinition(stack, 'Task', {
      ...(cpuArchitecture && { runtimePlatform: { cpuArchitecture } }),
    });
    taskDefinition.addContainer('app', { image: IMAGE });

    // WHEN
    new TaskSidecar(stack, 'Sidecar', { taskDefinition });

    // THEN
    const { directory } = app.synth();
    const { dockerImages } = JSON.parse(readFileSync(join(directory, 'Stack.assets.json'), 'utf8'));
    expect(Object.values(dockerImages)).toEqual([
      expect.objectContaining({
        source: {
          directory: expect.any(String),
          platform: `linux/${platform}`,
        },
      }),
    ]);
  });
});

describe('the program in the image', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fargauge-programs-'));
    await mkdir(join(directory, 'arm64'));
    for (const folder of ['.', 'arm64']) {
      await writeFile(join(directory, folder, 'Dockerfile'), `FROM scratch\n# ${folder}\n`);
    }
  });
  afterAll(() => rm(directory, { recursive: true }));

  it.each<[title: string, CpuArchitecture, dockerfile: string, notes: number]>([
    ['the program that was built', CpuArchitecture.ARM64, 'arm64', 0],
    ['Node.js, and that is told, where none was built', CpuArchitecture.X86_64, '.', 1],
  ])('is %s', (_, architecture, dockerfile, notes) => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const taskDefinition = new FargateTaskDefinition(stack, 'Task', {
      runtimePlatform: { cpuArchitecture: architecture },
    });

    taskDefinition.addContainer('sidecar', {
      image: sidecarImage(taskDefinition, taskDefinition, undefined, directory),
    });

    const assembly = app.synth();
    const { dockerImages } = JSON.parse(
      readFileSync(join(assembly.directory, 'Stack.assets.json'), 'utf8'),
    );
    const [image] = Object.values(dockerImages) as { source: { directory: string } }[];
    const staged = join(assembly.directory, image?.source.directory ?? '');
    expect(readFileSync(join(staged, 'Dockerfile'), 'utf8')).toContain(`# ${dockerfile}\n`);
    expect(existsSync(join(staged, 'arm64'))).toBe(false);
    const told = assembly.stacks.flatMap(({ messages }) => messages);
    expect(told.map(({ entry }) => entry.data)).toEqual(
      Array(notes).fill(
        expect.stringContaining('has no program for it: `npm run build` makes one'),
      ),
    );
  });
});

describe('the architecture of the image', () => {
  beforeAll(() => sidecarBundle());

  /** A task definition, and what its L1 is told. */
  function definition(tell: (resource: CfnTaskDefinition) => void, architecture?: CpuArchitecture) {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const taskDefinition = new FargateTaskDefinition(stack, 'Task', {
      ...(architecture && { runtimePlatform: { cpuArchitecture: architecture } }),
    });
    taskDefinition.addContainer('app', { image: IMAGE });
    const resource = taskDefinition.node.defaultChild as CfnTaskDefinition;
    tell(resource);
    return { app, stack, taskDefinition, resource };
  }

  function platformIn(app: App): string {
    const { directory } = app.synth();
    const { dockerImages } = JSON.parse(readFileSync(join(directory, 'Stack.assets.json'), 'utf8'));
    const [image] = Object.values(dockerImages) as { source: { platform: string } }[];
    return image?.source.platform ?? 'none';
  }

  it.each<[how: string, tell: (resource: CfnTaskDefinition) => void, platform: string]>([
    [
      'is given to its L1',
      (resource) => {
        resource.runtimePlatform = { cpuArchitecture: 'ARM64' };
      },
      'linux/arm64',
    ],
    [
      'overrides its L1',
      (resource) => resource.addPropertyOverride('RuntimePlatform.CpuArchitecture', 'ARM64'),
      'linux/arm64',
    ],
    [
      'is deleted from its L1',
      (resource) => {
        resource.runtimePlatform = { cpuArchitecture: 'ARM64' };
        resource.addPropertyDeletionOverride('RuntimePlatform');
      },
      'linux/amd64',
    ],
  ])('is that of the task definition where it %s', (_, tell, platform) => {
    const { app, stack, taskDefinition } = definition(tell);
    new TaskSidecar(stack, 'Sidecar', { taskDefinition });
    expect(platformIn(app)).toBe(platform);
  });

  it('can be said of tasks on EC2, whose definition does not say it', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const taskDefinition = new Ec2TaskDefinition(stack, 'Task');
    taskDefinition.addContainer('app', { image: IMAGE, memoryReservationMiB: 64 });
    new TaskSidecar(stack, 'Sidecar', { taskDefinition, architecture: CpuArchitecture.ARM64 });
    expect(platformIn(app)).toBe('linux/arm64');
  });

  it('is refused where the tasks run on another', () => {
    const { stack, taskDefinition } = definition(() => {}, CpuArchitecture.X86_64);
    const props = { taskDefinition, architecture: CpuArchitecture.ARM64 };
    expect(() => new TaskSidecar(stack, 'Sidecar', props)).toThrow(
      new Error(
        withHelp(
          '[Stack/Sidecar] The image of the sidecar is built for ARM64, but Stack/Task runs on X86_64: give the same `architecture`',
          'otherArchitecture',
        ),
      ),
    );
  });

  it('is refused where the task definition is told another one later', () => {
    const { app, stack, taskDefinition, resource } = definition(() => {});
    new TaskSidecar(stack, 'Sidecar', { taskDefinition });
    resource.addPropertyOverride('RuntimePlatform.CpuArchitecture', 'ARM64');
    expect(() => app.synth()).toThrow(
      withHelp(
        '[Stack/Sidecar] The image of the sidecar is built for X86_64, but Stack/Task runs on ARM64: give the same `architecture`',
        'otherArchitecture',
      ),
    );
  });

  it('must be said where only the deployment knows it', () => {
    const { stack, taskDefinition } = definition((resource) => {
      resource.runtimePlatform = { cpuArchitecture: Aws.STACK_NAME };
    });
    expect(() => new TaskSidecar(stack, 'Sidecar', { taskDefinition })).toThrow(
      new Error(
        '[Stack/Sidecar] The CPU architecture of Stack/Task is known only at deployment: expected `architecture`, or `image`',
      ),
    );
  });

  it('is refused beside an image', () => {
    const given = taskDefinition();
    expect(() => addSidecar(given, { architecture: CpuArchitecture.ARM64 })).toThrow(
      new Error('[Stack/Sidecar] Expected either `image` or `architecture`, got both'),
    );
  });
});

describe('what cannot work', () => {
  it('a second sidecar is refused', () => {
    const given = taskDefinition();
    addSidecar(given);
    expect(() => addSidecar(given, { containerName: 'other', port: 9999 }, 'Second')).toThrow(
      new Error('[Stack/Second] Stack/Task has a sidecar already: Stack/Sidecar'),
    );
  });

  it('a task that its L1 makes one of Windows is refused', () => {
    const given = taskDefinition();
    const resource = given.taskDefinition.node.defaultChild as CfnTaskDefinition;
    resource.addPropertyOverride(
      'RuntimePlatform.OperatingSystemFamily',
      'WINDOWS_SERVER_2022_CORE',
    );
    expect(() => addSidecar(given)).toThrow(
      new Error(
        '[Stack/Sidecar] A Windows task cannot run the sidecar, which is a Linux container: Stack/Task',
      ),
    );
  });

  it('a task without a network is refused', () => {
    const given = taskDefinition({
      compatibility: Compatibility.EC2,
      networkMode: NetworkMode.NONE,
    });
    expect(() => addSidecar(given)).toThrow(
      new Error(
        '[Stack/Sidecar] A task in network mode "none" has no address, so no collector can scrape its sidecar: Stack/Task',
      ),
    );
  });

  it('a Windows task is refused', () => {
    const given = taskDefinition({
      cpu: '1024',
      memoryMiB: '2048',
      runtimePlatform: { operatingSystemFamily: OperatingSystemFamily.WINDOWS_SERVER_2022_CORE },
    });
    expect(() => addSidecar(given)).toThrow(
      new Error(
        '[Stack/Sidecar] A Windows task cannot run the sidecar, which is a Linux container: Stack/Task',
      ),
    );
  });

  it('memory that ECS does not take is refused', () => {
    expect(() => addSidecar(taskDefinition(), { memoryReservationMiB: 4 })).toThrow(
      new Error(
        '[Stack/Sidecar] Expected `memoryReservationMiB` to be a whole number of at least 6, got 4',
      ),
    );
  });

  it.each([0, 65536, 9546.5])('port %d is refused', (port) => {
    expect(() => addSidecar(taskDefinition(), { port })).toThrow(
      new Error(`[Stack/Sidecar] Expected \`port\` to be from 1 to 65535, got ${port}`),
    );
  });

  it('a port that the application has is refused', () => {
    const given = taskDefinition({}, 9546);
    addSidecar(given);
    expect(() => Template.fromStack(given.stack)).toThrow(
      '[Stack/Sidecar] Port 9546 is taken by the container "app" of the same task; give the sidecar another `port`',
    );
  });

  it('a port that a container has which is added after the sidecar is refused', () => {
    const given = taskDefinition();
    addSidecar(given);
    given.taskDefinition.addContainer('late', {
      image: IMAGE,
      portMappings: [{ containerPort: 9546 }],
    });
    expect(() => Template.fromStack(given.stack)).toThrow(
      '[Stack/Sidecar] Port 9546 is taken by the container "late" of the same task; give the sidecar another `port`',
    );
  });

  it('a port in a range that a container has is refused', () => {
    const given = taskDefinition();
    addSidecar(given);
    given.taskDefinition.addContainer('late', {
      image: IMAGE,
      portMappings: [{ containerPort: 0, containerPortRange: '9500-9600' }],
    });
    expect(() => Template.fromStack(given.stack)).toThrow(
      '[Stack/Sidecar] Port 9546 is taken by the container "late" of the same task; give the sidecar another `port`',
    );
  });
});

describe('network modes in which containers do not share ports', () => {
  // GIVEN
  const given = taskDefinition(
    { compatibility: Compatibility.EC2, networkMode: NetworkMode.BRIDGE },
    9546,
  );

  // WHEN
  addSidecar(given);

  // THEN
  it('allow the same port twice', () => {
    expect(() => Template.fromStack(given.stack)).not.toThrow();
  });

  it('cannot pass through what listens on the loopback of another container', () => {
    const other = taskDefinition({
      compatibility: Compatibility.EC2,
      networkMode: NetworkMode.BRIDGE,
    });
    const targets = [{ name: 'app', url: 'http://127.0.0.1:8080/metrics' }];
    expect(() => addSidecar(other, { targets })).toThrow(
      new Error(
        '[Stack/Sidecar] In network mode "bridge" each container has its own loopback, so that the sidecar reaches no `targets`: Stack/Task',
      ),
    );
  });
});
