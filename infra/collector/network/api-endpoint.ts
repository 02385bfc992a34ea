import {
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  type ISubnet,
  type IVpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { acknowledge } from '../../nag/acknowledge.ts';
import { InvalidPropsError } from '../../props/errors.ts';

/** The end of a service's full name, before an optional token. */
const SERVICE = /\.([a-z0-9-]+)(?:\$\{.*)?$/;

/** A way from a VPC to one of the APIs that the collector calls, without a NAT gateway. */
export class ApiEndpoint {
  /** For discovery. Billed by hour and zone, like all but S3. */
  static readonly ECS = new ApiEndpoint('Ecs', 'ECS', InterfaceVpcEndpointAwsService.ECS);

  /** For delivery. */
  static readonly LOGS = new ApiEndpoint(
    'Logs',
    'CloudWatch Logs',
    InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  );

  /** CloudWatch's own API, for outputs other than log events. */
  static readonly MONITORING = new ApiEndpoint(
    'Monitoring',
    'CloudWatch',
    InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
  );

  /** Workspaces of Amazon Managed Service for Prometheus. */
  static readonly APS = new ApiEndpoint(
    'Aps',
    'Amazon Managed Service for Prometheus (aps-workspaces)',
    InterfaceVpcEndpointAwsService.PROMETHEUS_WORKSPACES,
  );

  /** For assumed roles. */
  static readonly STS = new ApiEndpoint('Sts', 'STS', InterfaceVpcEndpointAwsService.STS);

  /** Instances of tasks in network modes bridge and host, and public addresses. */
  static readonly EC2 = new ApiEndpoint('Ec2', 'EC2', InterfaceVpcEndpointAwsService.EC2);

  /** For secrets in the configuration. */
  static readonly SECRETS_MANAGER = new ApiEndpoint(
    'SecretsManager',
    'Secrets Manager',
    InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  );

  /** For parameters of the configuration, or one with the whole configuration. */
  static readonly SSM = new ApiEndpoint(
    'Ssm',
    'Systems Manager',
    InterfaceVpcEndpointAwsService.SSM,
  );

  /** For the state. A gateway in the route tables, which costs nothing. */
  static readonly S3 = new ApiEndpoint('S3', 'S3', GatewayVpcEndpointAwsService.S3);

  /**
   * The endpoints that the configuration needs and that the app does not make for the VPC: of ECS, Logs and S3 with the
   * built-in one.
   */
  static readonly ALL_NEEDED: readonly ApiEndpoint[] = [
    new ApiEndpoint('AllNeeded', 'all that are needed'),
  ];

  readonly name: string;
  /** The name of the API in messages. */
  readonly title: string;
  private readonly aws: InterfaceVpcEndpointAwsService | GatewayVpcEndpointAwsService | undefined;

  private constructor(
    name: string,
    title: string,
    aws?: InterfaceVpcEndpointAwsService | GatewayVpcEndpointAwsService,
  ) {
    this.name = name;
    this.title = title;
    this.aws = aws;
  }

  /** The end of the service's name, such as `aps-workspaces`; empty for `ALL_NEEDED`. */
  get service(): string {
    return SERVICE.exec(this.aws?.name ?? '')?.[1] ?? '';
  }

  /**
   * Makes the endpoint. An interface endpoint answers for its API in the whole VPC, so it lets the whole VPC in:
   * otherwise other users of the API, such as the log drivers of tasks, would lose it.
   */
  create(scope: Construct, vpc: IVpc, subnets: readonly ISubnet[]): void {
    const { aws: service } = this;
    if (service === undefined) return;
    if (service instanceof InterfaceVpcEndpointAwsService) {
      const endpoint = vpc.addInterfaceEndpoint(`Fargauge${this.name}`, {
        service,
        subnets: { subnets: [...subnets] },
        open: true,
      });
      acknowledge(endpoint, {
        id: 'AwsSolutions-EC23',
        reason: 'It is open only to the addresses of its VPC, which are known at deployment.',
      });
      return;
    }
    const unknown = subnets.find((subnet) => !subnet.routeTable.routeTableId);
    if (unknown !== undefined) {
      throw new InvalidPropsError(
        scope,
        `Expected the route table of ${unknown.node.path}, to which the gateway endpoint of ${this.name} belongs: import the VPC with \`privateSubnetRouteTableIds\``,
      );
    }
    vpc.addGatewayEndpoint(`Fargauge${this.name}`, {
      service,
      subnets: [{ subnets: [...subnets] }],
    });
  }
}
