import type { TaskDefinition } from '@aws-sdk/client-ecs';
import type { Aws } from '../../../cli/demo/aws/server.ts';
import { PORT_LABEL, SIDECAR_JOB, SIDECAR_PORT } from '../../../lambda/model/settings/names.ts';
import type { Place } from './evaluation/template-values.ts';

/** A cluster of the account and Region of the stack, or of others. */
export interface ClusterPlace extends Partial<Place> {
  readonly name: string;
}

/** The ports on loopback of the two tasks of a cluster. */
export type TaskPorts = readonly [ofFargate: number, ofInstance: number];

const SERVICE = 'web';
const DEPLOYMENT = 'ecs-svc/1';
const INSTANCE = 'i-0123456789abcdef0';
const INTERFACE = 'eni-0123456789abcdef0';
const HOST = '127.0.0.1';

/** What can happen in a cluster. */
export interface FilledCluster {
  /** The task on an instance stops. */
  readonly stopOnInstance: () => void;
}

/**
 * Fills a cluster so that each API is asked for it: a task on Fargate, whose group is its service and whose network interface
 * has a public address; and one in bridge mode on an instance, whose service only its deployment tells.
 */
export function fillCluster(
  aws: Aws,
  own: Place,
  cluster: ClusterPlace,
  ports: TaskPorts,
): FilledCluster {
  const { name, account = own.account, region = own.region } = cluster;
  const { ecs, ec2 } = aws.at(account, region);
  const { arn: clusterArn } = ecs.putCluster(name, [{ key: 'team', value: 'shop' }]);
  const arnOf = (type: string, id: string) => ecs.arnOf(`${type}/${name}/${id}`);
  const running = { clusterArn, lastStatus: 'RUNNING', desiredStatus: 'RUNNING' } as const;
  ecs.putService({
    serviceArn: arnOf('service', SERVICE),
    serviceName: SERVICE,
    clusterArn,
    status: 'ACTIVE',
    deployments: [{ id: DEPLOYMENT }],
  });

  const fargate = putDefinition('awsvpc', ports[0], ports[0]);
  ecs.putTask({
    ...running,
    taskArn: arnOf('task', 'fargate'),
    taskDefinitionArn: fargate,
    group: `service:${SERVICE}`,
    startedBy: DEPLOYMENT,
    launchType: 'FARGATE',
    tags: [{ key: 'port', value: String(ports[0]) }],
    attachments: [
      {
        type: 'ElasticNetworkInterface',
        details: [
          { name: 'networkInterfaceId', value: INTERFACE },
          { name: 'privateIPv4Address', value: HOST },
        ],
      },
    ],
  });
  ec2.putNetworkInterface({
    NetworkInterfaceId: INTERFACE,
    PrivateIpAddress: HOST,
    Association: { PublicIp: '192.0.2.1' },
  });

  const containerInstanceArn = arnOf('container-instance', 'machine');
  ecs.putContainerInstance({ containerInstanceArn, ec2InstanceId: INSTANCE });
  ec2.putInstance({ InstanceId: INSTANCE, PrivateIpAddress: HOST });
  const onInstance = {
    ...running,
    taskArn: arnOf('task', 'bridge'),
    taskDefinitionArn: putDefinition('bridge', SIDECAR_PORT, 0),
    startedBy: DEPLOYMENT,
    containerInstanceArn,
    tags: [{ key: 'port', value: String(ports[1]) }],
    containers: [
      {
        name: 'sidecar',
        networkBindings: [{ containerPort: SIDECAR_PORT, hostPort: ports[1] }],
      },
    ],
  };
  ecs.putTask({ ...onInstance, launchType: 'EC2' });
  const stopped = { lastStatus: 'STOPPED', desiredStatus: 'STOPPED' };
  return { stopOnInstance: () => ecs.putTask({ ...onInstance, launchType: 'EC2', ...stopped }) };

  function putDefinition(
    networkMode: NonNullable<TaskDefinition['networkMode']>,
    containerPort: number,
    hostPort: number,
  ): string {
    const taskDefinitionArn = ecs.arnOf(`task-definition/${name}-${networkMode}:1`);
    ecs.putTaskDefinition({
      taskDefinitionArn,
      family: `${name}-${networkMode}`,
      revision: 1,
      networkMode,
      containerDefinitions: [
        {
          name: 'sidecar',
          dockerLabels: { [PORT_LABEL]: String(containerPort), job: SIDECAR_JOB },
          portMappings: [{ containerPort, hostPort }],
        },
      ],
    });
    return taskDefinitionArn;
  }
}
