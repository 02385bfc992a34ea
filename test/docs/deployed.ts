import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import type { Aws } from '../../cli/demo/aws/server.ts';
import { OWN } from '../infra/iam/collector-cases.ts';
import { type TemplateBody, TemplateValues } from '../infra/iam/evaluation/template-values.ts';
import type { Journey } from './journey.ts';

interface Tag {
  readonly Name: string;
  readonly Value: string;
}

/** A container of a template, as far as a task is made of it. */
interface TemplateContainer {
  readonly Name: string;
  readonly DockerLabels?: Readonly<Record<string, string>>;
  readonly PortMappings?: readonly { readonly ContainerPort: number }[];
  readonly Environment?: readonly Tag[];
}

interface FunctionProperties {
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
  readonly Role: string;
}

/** What CloudFormation would make of a template of a guide, as far as a cycle over its tasks needs it. */
export class DeployedTemplate {
  readonly #values: TemplateValues;

  constructor(template: TemplateBody | undefined) {
    this.#values = new TemplateValues(template ?? { Resources: {} }, OWN);
  }

  /** The environment of the collector's function. */
  get functionEnvironment(): Readonly<Record<string, string>> {
    // The bucket of the state, and the options for a process of Lambda's size.
    const { FARGAUGE_STATE, NODE_OPTIONS, ...variables } = this.#function.Environment.Variables;
    return variables;
  }

  /** The name of the role that the function has. */
  get collectorRoleName(): string {
    return this.#function.Role.replace(/.*\//, '');
  }

  /** The environment of a container of a task definition. */
  environmentOf(family: string, container: string): Readonly<Record<string, string>> {
    const { Environment = [] } =
      this.#containers(family).find(({ Name }) => Name === container) ?? {};
    return Object.fromEntries(Environment.map(({ Name, Value }) => [Name, Value]));
  }

  /** The names of the containers of a task definition. */
  containerNames(family: string): readonly string[] {
    return this.#containers(family).map(({ Name }) => Name);
  }

  /** The ports on which the tasks let somebody in. */
  get openPorts(): readonly number[] {
    return this.#values
      .idsOf('AWS::EC2::SecurityGroupIngress')
      .map((id) => Number(this.#values.properties(id).FromPort));
  }

  /** Has a task of a task definition run at an address. */
  runTask(aws: Aws, family: string, address: string, { cluster = '', service = '' }): void {
    const definitionArn = aws.ecs.arnOf(`task-definition/${family}:1`);
    aws.ecs.putTaskDefinition({
      taskDefinitionArn: definitionArn,
      family,
      revision: 1,
      networkMode: 'awsvpc',
      containerDefinitions: this.#containers(family).map(toContainer),
    });
    aws.ecs.putTask({
      taskArn: aws.ecs.arnOf(`task/${cluster}/${'a1'.repeat(16)}`),
      clusterArn: aws.ecs.arnOf(`cluster/${cluster}`),
      taskDefinitionArn: definitionArn,
      group: `service:${service}`,
      lastStatus: 'RUNNING',
      desiredStatus: 'RUNNING',
      launchType: 'FARGATE',
      attachments: [
        {
          type: 'ElasticNetworkInterface',
          details: [{ name: 'privateIPv4Address', value: address }],
        },
      ],
    });
  }

  get #function(): FunctionProperties {
    const ids = this.#values.idsOf('AWS::Lambda::Function');
    const id = ids.find((each) => each.startsWith('Collector')) ?? '';
    return this.#values.properties(id) as unknown as FunctionProperties;
  }

  #containers(family: string): readonly TemplateContainer[] {
    const definitions = this.#values
      .idsOf('AWS::ECS::TaskDefinition')
      .map((id) => this.#values.properties(id));
    const found = definitions.find(({ Family }) => Family === family);
    if (found === undefined) throw new Error(`No task definition of the family ${family}`);
    return found.ContainerDefinitions as readonly TemplateContainer[];
  }
}

/** What is deployed of an assembly that a journey has made, of its first stack or the one of that name. */
export async function deployedIn(
  journey: Journey,
  assembly: string,
  stack?: string,
): Promise<DeployedTemplate> {
  const { templates } = await journey.assembly(assembly);
  return new DeployedTemplate(stack === undefined ? Object.values(templates)[0] : templates[stack]);
}

function toContainer({ Name, DockerLabels, PortMappings }: TemplateContainer): ContainerDefinition {
  return {
    name: Name,
    ...(DockerLabels && { dockerLabels: DockerLabels }),
    portMappings: (PortMappings ?? []).map(({ ContainerPort }) => ({
      containerPort: ContainerPort,
      hostPort: ContainerPort,
    })),
  };
}
