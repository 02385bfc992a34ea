import type { TaskDefinition } from '@aws-sdk/client-ecs';
import type { Place, TemplateValues } from '../infra/iam/evaluation/template-values.ts';
import type { DeployedStack } from './assembly.ts';
import type { Party } from './network/firewall.ts';

/** A task that is to run, beside others of its service. */
export interface PlannedTask {
  readonly at: Place;
  readonly clusterName: string;
  readonly serviceName: string;
  readonly definition: TaskDefinition;
  readonly party: Party;
}

interface ServiceProperties {
  readonly Cluster: string;
  readonly TaskDefinition: string;
  readonly NetworkConfiguration?: {
    readonly AwsvpcConfiguration: {
      readonly SecurityGroups: readonly string[];
      readonly Subnets: readonly string[];
    };
  };
}

/** Keys of these are data. */
const MAPS: ReadonlySet<string> = new Set(['DockerLabels', 'Options']);

/** The tasks of the services of a template. */
export function tasksOf({ values, at }: DeployedStack): PlannedTask[] {
  return values.idsOf('AWS::ECS::Service').map((id) => {
    const { Cluster, TaskDefinition, NetworkConfiguration } = values.properties(
      id,
    ) as unknown as ServiceProperties;
    if (NetworkConfiguration === undefined) {
      throw new Error(`${id}: tasks are run in the network mode awsvpc only`);
    }
    const { SecurityGroups, Subnets } = NetworkConfiguration.AwsvpcConfiguration;
    return {
      at,
      clusterName: Cluster.slice(Cluster.lastIndexOf('/') + 1),
      serviceName: values.nameOf(id),
      definition: definitionOf(values, TaskDefinition),
      party: { groups: SecurityGroups, address: addressIn(values, Subnets) },
    };
  });
}

/** The first address of the first of these subnets that a template makes. */
export function addressIn(values: TemplateValues, subnets: readonly string[]): string | undefined {
  const id = values.idsOf('AWS::EC2::Subnet').find((each) => subnets.includes(values.nameOf(each)));
  return id && String(values.properties(id).CidrBlock).replace(/\/\d+$/, '');
}

/** As the ECS API describes it. */
function definitionOf(values: TemplateValues, arn: string): TaskDefinition {
  const id = values.idsOf('AWS::ECS::TaskDefinition').find((each) => values.arnOf(each) === arn);
  if (id === undefined) throw new Error(`Expected a task definition of the same stack, got ${arn}`);
  const described = apiShape(values.properties(id)) as TaskDefinition;
  return { ...described, taskDefinitionArn: arn, family: values.nameOf(id), revision: 1 };
}

/** CloudFormation begins keys with a capital, the API does not. */
function apiShape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(apiShape);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      `${key.charAt(0).toLowerCase()}${key.slice(1)}`,
      MAPS.has(key) ? each : apiShape(each),
    ]),
  );
}
