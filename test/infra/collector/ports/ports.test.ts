import { describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { FargateService, FargateTaskDefinition, type PortMapping } from 'aws-cdk-lib/aws-ecs';
import { App, Stack } from 'aws-cdk-lib/core';
import { Collector } from '../../../../infra/collector/collector.ts';
import {
  CollectorConfiguration,
  type OutputInput,
} from '../../../../infra/configuration/configuration.ts';
import type { NativeInput } from '../../../../lambda/config/native/native.ts';
import { CODE, IMAGE, placeIn } from '../../template.ts';

interface Containers {
  readonly [name: string]: {
    readonly ports?: readonly (number | PortMapping)[];
    readonly labels?: Readonly<Record<string, string>>;
  };
}

const EVENTS: NativeInput['emf_processor'] = {
  metric_declaration: [
    {
      source_labels: ['ServiceName'],
      label_matcher: '.+',
      metric_selectors: ['^http_requests_total$'],
      dimensions: [['ServiceName']],
    },
  ],
};

type Relabeling = NonNullable<NativeInput['scrape_configs']>[number]['relabel_configs'];

/** A configuration with the agent's discovery. */
function discovering(
  discovery: NativeInput['ecs_service_discovery'],
  relabel_configs?: Relabeling,
): CollectorConfiguration {
  return CollectorConfiguration.of({
    ecs_service_discovery: discovery,
    scrape_configs: [
      { job_name: 'ecs', ecs_discovered: true, ...(relabel_configs && { relabel_configs }) },
    ],
    emf_processor: EVENTS,
  });
}

function withJobs(scrape_configs: NativeInput['scrape_configs']): CollectorConfiguration {
  return CollectorConfiguration.of({ scrape_configs, emf_processor: EVENTS });
}

const LABELS = discovering({ docker_label: {} });

const BY_SERVICE = discovering({
  service_name_list_for_tasks: [
    { sd_service_name_pattern: '^checkout$', sd_metrics_ports: '8080;9404' },
  ],
});

/** A collector and the service `checkout` of a cluster. */
class Shop {
  readonly stack = new Stack(new App(), 'Stack');
  readonly collector: Collector;
  readonly tasks = SecurityGroup.fromSecurityGroupId(this.stack, 'Tasks', 'sg-0123456789abcdef0');
  readonly #place = placeIn(this.stack, 'Given');

  constructor(configuration = CollectorConfiguration.builtIn()) {
    this.collector = new Collector(this.stack, 'Collector', {
      ...this.#place,
      code: CODE,
      configuration,
    });
  }

  service(containers: Containers, serviceName: string | undefined = 'checkout'): FargateService {
    const taskDefinition = new FargateTaskDefinition(this.stack, 'Task', {
      family: 'shop-checkout',
    });
    for (const [name, { ports = [], labels = {} }] of Object.entries(containers)) {
      taskDefinition.addContainer(name, {
        image: IMAGE,
        portMappings: ports.map((port) =>
          typeof port === 'number' ? { containerPort: port } : port,
        ),
        dockerLabels: { ...labels },
      });
    }
    return new FargateService(this.stack, 'Service', {
      cluster: this.#place.cluster,
      taskDefinition,
      minHealthyPercent: 100,
      ...(serviceName !== undefined && { serviceName }),
    });
  }

  /** The ports that groups open to the collector. */
  get opened(): readonly number[] {
    const rules = Template.fromStack(this.stack).findResources('AWS::EC2::SecurityGroupIngress');
    return Object.values(rules)
      .map(({ Properties }) => Properties.FromPort)
      .sort((a, b) => a - b);
  }

  /** What the collector's group lets out, as `PROTOCOL PORT`. */
  get outward(): readonly string[] {
    const groups = Template.fromStack(this.stack).findResources('AWS::EC2::SecurityGroup', {
      Properties: { GroupDescription: 'Fargauge collector' },
    });
    const [group] = Object.values(groups);
    return group?.Properties.SecurityGroupEgress.map(
      ({
        IpProtocol,
        FromPort,
        CidrIp,
      }: {
        IpProtocol: string;
        FromPort?: number;
        CidrIp: string;
      }) => `${IpProtocol}${FromPort === undefined ? '' : ` ${FromPort}`} ${CidrIp}`,
    );
  }

  get warnings(): readonly string[] {
    return Annotations.fromStack(this.stack)
      .findWarning('/Stack/Collector', Match.anyValue())
      .map(({ entry }) => String(entry.data));
  }
}

const ALWAYS = ['tcp 443 0.0.0.0/0', 'tcp 53 0.0.0.0/0', 'udp 53 0.0.0.0/0'];

const anywhere = (port: number) => `tcp ${port} 0.0.0.0/0`;

describe('collectFrom(service) opens', () => {
  it.each<[name: string, CollectorConfiguration, Containers, ports: number[]]>([
    [
      'what the labels of its containers say, and the port of the sidecar',
      LABELS,
      { app: { ports: [8080], labels: { ECS_PROMETHEUS_EXPORTER_PORT: '8080' } } },
      [8080, 9546],
    ],
    [
      'what the configuration looks for in a service of its name',
      BY_SERVICE,
      { app: { ports: [8080] }, jmx: { ports: [9404] } },
      [8080, 9404],
    ],
    [
      'what it looks for in a container of that name',
      discovering({
        task_definition_list: [
          {
            sd_task_definition_arn_pattern: '.*:task-definition/shop-.*:[0-9]+',
            sd_container_name_pattern: '^jmx$',
            sd_metrics_ports: '9404',
          },
        ],
      }),
      { app: { ports: [8080] }, jmx: { ports: [9404] } },
      [9404],
    ],
    [
      'the constant port that relabeling makes',
      discovering({ docker_label: {} }, [
        {
          source_labels: ['__meta_ecs_tag_task_host'],
          target_label: '__address__',
          replacement: '$1:9404',
        },
      ]),
      { app: { ports: [8080], labels: { ECS_PROMETHEUS_EXPORTER_PORT: '8080' } } },
      [8080, 9404, 9546],
    ],
    [
      'only what relabeling is sure to make of an address that is known',
      discovering({ docker_label: {} }, [
        {
          source_labels: ['__meta_ecs_ip_address'],
          target_label: '__address__',
          replacement: '$1:9404',
        },
      ]),
      { app: { ports: [8080], labels: { ECS_PROMETHEUS_EXPORTER_PORT: '8080' } } },
      [9404, 9546],
    ],
    [
      'nothing that relabeling drops',
      discovering({ docker_label: {} }, [
        { source_labels: ['container_name'], regex: 'app', action: 'drop' },
      ]),
      { app: { ports: [8080], labels: { ECS_PROMETHEUS_EXPORTER_PORT: '8080' } } },
      [9546],
    ],
    [
      'the port of aws_sd_configs, whatever is mapped',
      withJobs([
        { job_name: 'tasks', aws_sd_configs: [{ role: 'ecs', clusters: ['prod'], port: 9100 }] },
      ]),
      { app: {} },
      [9100],
    ],
    [
      'the port of a static target that it maps',
      withJobs([
        {
          job_name: 'static',
          static_configs: [{ targets: ['checkout.shop.internal:8080', 'db.internal:9187'] }],
        },
      ]),
      { app: { ports: [8080] } },
      [8080],
    ],
  ])('%s', (_, configuration, containers, ports) => {
    const shop = new Shop(configuration);
    shop.collector.collectFrom(shop.service(containers));
    expect(shop.opened).toEqual(ports);
    expect(shop.warnings).toEqual([]);
  });

  it('nothing of another task definition, whose port is opened nowhere then', () => {
    const shop = new Shop(
      discovering({
        task_definition_list: [
          { sd_task_definition_arn_pattern: '.*/cart:[0-9]+', sd_metrics_ports: '8080' },
        ],
      }),
    );
    shop.collector.collectFrom(shop.service({ app: { ports: [8080] } }), 9546);
    expect(shop.opened).toEqual([9546]);
    expect(shop.warnings).toEqual([
      '[Stack/Collector] The configuration names the port 8080, which no security group opens to the collector: call collectFrom(tasks, 8080), or give the app -c ports=8080 [ack: fargauge:closedPort8080]',
    ]);
  });

  it('what may be looked for in a service whose name the deployment makes up', () => {
    const shop = new Shop(BY_SERVICE);
    const named = shop.service({ app: { ports: [8080, 9404] } }, undefined);
    shop.collector.collectFrom(named);
    expect(shop.opened).toEqual([8080, 9404]);
  });
});

describe('collectFrom(securityGroup) opens', () => {
  it.each<[name: string, CollectorConfiguration, ports: number[]]>([
    ['the port of the sidecar by the built-in default', CollectorConfiguration.builtIn(), [9546]],
    ['all ports that the configuration names', BY_SERVICE, [8080, 9404]],
    [
      'the ports of static targets where there are no others',
      withJobs([{ job_name: 'static', static_configs: [{ targets: ['shop.internal:8080'] }] }]),
      [8080],
    ],
  ])('%s', (_, configuration, ports) => {
    const shop = new Shop(configuration);
    shop.collector.collectFrom(shop.tasks);
    expect(shop.opened).toEqual(ports);
    expect(shop.warnings).toEqual([]);
  });
});

describe('a warning tells', () => {
  const otlp: OutputInput = { type: 'otlp', endpoint: 'cloudwatch' };

  it('that nothing is opened', () => {
    expect(new Shop(BY_SERVICE).warnings).toEqual([
      '[Stack/Collector] No security group of tasks opens a port to the collector: call collectFrom(service) or collectFrom(securityGroup, 8080), give the app -c taskSecurityGroupIds=…, or acknowledge this warning if one does [ack: fargauge:nothingOpened]',
    ]);
  });

  it.each<[name: string, CollectorConfiguration, reason: string]>([
    [
      'by labels',
      LABELS,
      'the docker label ECS_PROMETHEUS_EXPORTER_PORT of their containers names them',
    ],
    [
      'by labels, where all samples are sent',
      CollectorConfiguration.builtIn().withOutputs(otlp),
      'the docker label ECS_PROMETHEUS_EXPORTER_PORT of their containers names them',
    ],
    [
      'by relabeling',
      withJobs([
        {
          job_name: 'tasks',
          aws_sd_configs: [{ role: 'ecs', clusters: ['prod'] }],
          relabel_configs: [
            {
              source_labels: ['__meta_ecs_ip_address', '__meta_ecs_tag_task_port'],
              separator: ':',
              target_label: '__address__',
            },
          ],
        },
      ]),
      'relabeling makes the port of a target from labels that only the function knows',
    ],
    [
      'by a list of targets',
      withJobs([{ job_name: 'listed', file_sd_configs: [{ files: ['/opt/targets.json'] }] }]),
      'the configuration names none',
    ],
    [
      'by a configuration that is elsewhere',
      CollectorConfiguration.remote('ssm:fargauge'),
      'the text of the configuration is not known',
    ],
  ])('that ports are not known: %s', (_, configuration, reason) => {
    const shop = new Shop(configuration);
    shop.collector.collectFrom(shop.tasks);
    expect(shop.warnings).toEqual([
      `[Stack/Collector] The ports of Stack/Tasks are unknown, because ${reason}: name all of them, as in collectFrom(tasks, 9546, 8080), or -c ports=8080 of the app [ack: fargauge:unknownPorts]`,
    ]);
    expect(shop.outward).toEqual(['-1 0.0.0.0/0']);
  });

  it('nothing where they were named', () => {
    const shop = new Shop(LABELS);
    shop.collector.collectFrom(shop.tasks, 8080);
    expect(shop.warnings).toEqual([]);
    expect(shop.outward).toEqual([...ALWAYS, anywhere(9546), anywhere(8080)]);
  });

  it('that a port of the configuration is opened nowhere', () => {
    const shop = new Shop(BY_SERVICE);
    shop.collector.collectFrom(shop.tasks, 8080);
    expect(shop.warnings).toEqual([
      '[Stack/Collector] The configuration names the port 9404, which no security group opens to the collector: call collectFrom(tasks, 9404), or give the app -c ports=9404 [ack: fargauge:closedPort9404]',
    ]);
  });

  it('that no container maps a port that is looked for', () => {
    const shop = new Shop(BY_SERVICE);
    shop.collector.collectFrom(shop.service({ app: { ports: [8080] } }));
    expect(shop.warnings).toEqual([
      '[Stack/Collector] The configuration selects the port 9404 of containers of Stack/Task that do not map it: call container.addPortMappings({ containerPort: 9404 }) [ack: fargauge:unmappedPort9404]',
    ]);
  });

  it('of each port that is looked for, and not that nothing is opened, where a service maps none of them', () => {
    const shop = new Shop(BY_SERVICE);
    shop.collector.collectFrom(shop.service({ app: { ports: [8000] } }));
    expect(shop.warnings).toEqual([
      expect.stringContaining('[ack: fargauge:unmappedPort8080]'),
      expect.stringContaining('[ack: fargauge:unmappedPort9404]'),
    ]);
  });

  it('that a container came after the call', () => {
    const shop = new Shop(LABELS);
    const service = shop.service({ app: {} });
    shop.collector.collectFrom(service);
    service.taskDefinition.addContainer('late', {
      image: IMAGE,
      portMappings: [{ containerPort: 8081 }],
      dockerLabels: { ECS_PROMETHEUS_EXPORTER_PORT: '8081' },
    });
    expect(shop.warnings).toEqual([
      '[Stack/Collector] The port 8081 of Stack/Service is a target, but no security group opens it to the collector: call collectFrom(service) when its containers are complete, or collectFrom(service, 8081) [ack: fargauge:closedPort8081]',
    ]);
  });
});

describe('the security group of the collector lets out', () => {
  it('what APIs, DNS and the sidecars need', () => {
    const shop = new Shop();
    shop.collector.collectFrom(shop.tasks);
    expect(shop.outward).toEqual([...ALWAYS, anywhere(9546)]);
  });

  it('a port once, however many groups open it: a group has room for 60 rules', () => {
    const shop = new Shop();
    for (let each = 0; each < 100; each += 1) {
      shop.collector.collectFrom(
        SecurityGroup.fromSecurityGroupId(shop.stack, `sg-${each}`, `sg-${each}`),
      );
    }
    expect(shop.outward).toEqual([...ALWAYS, anywhere(9546)]);
  });

  it('what a user connects, who may also open the tasks so', () => {
    const shop = new Shop();
    shop.tasks.connections.allowFrom(shop.collector, Port.tcp(9546));
    shop.collector.connections.allowToAnyIpv4(Port.tcp(5432), 'A database');
    expect(shop.outward).toEqual([...ALWAYS, anywhere(9546), anywhere(5432)]);
    expect(shop.warnings).toEqual([]);
  });

  it.each<[name: string, CollectorConfiguration, more: readonly string[]]>([
    [
      'the ports of static targets, of their scheme where they have none',
      withJobs([
        {
          job_name: 'static',
          static_configs: [{ targets: ['db.internal:9187', 'shop.internal'] }],
        },
      ]),
      [anywhere(9187), anywhere(80)],
    ],
    [
      'the ports of receivers',
      CollectorConfiguration.of({
        outputs: [{ type: 'remote_write', url: 'http://mimir.internal:9009/api/v1/push' }],
        scrape_configs: [
          { job_name: 'static', static_configs: [{ targets: ['db.internal:9187'] }] },
        ],
      }),
      [anywhere(9187), anywhere(9009)],
    ],
  ])('%s', (_, configuration, more) => {
    const shop = new Shop(configuration);
    expect(shop.outward).toEqual([...ALWAYS, ...more]);
  });

  it.each<[name: string, CollectorConfiguration]>([
    ['nobody says what tasks open', CollectorConfiguration.builtIn()],
    [
      'a URL lists targets',
      withJobs([{ job_name: 'listed', http_sd_configs: [{ url: 'https://targets.internal/' }] }]),
    ],
    [
      'a file lists targets',
      withJobs([{ job_name: 'listed', file_sd_configs: [{ files: ['/opt/targets.json'] }] }]),
    ],
    [
      'tasks of another account are collected',
      discovering({
        sd_targets: [
          { clusters: ['shop'], role_arn: 'arn:aws:iam::444455556666:role/fargauge-access' },
        ],
        docker_label: {},
      }),
    ],
  ])('everything where %s', (_, configuration) => {
    const shop = new Shop(configuration);
    expect(shop.outward).toEqual(['-1 0.0.0.0/0']);
  });
});
