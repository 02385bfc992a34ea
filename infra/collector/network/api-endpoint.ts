import {
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  type ISubnet,
  type IVpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { acknowledge } from '../../nag/acknowledge.ts';
import { InvalidPropsError } from '../../props/errors.ts';

/** The end of the full name of a service, behind which a token may stand for nothing. */
const SERVICE = /\.([a-z0-9-]+)(?:\$\{.*)?$/;

/** A way from a VPC to one of the APIs that the collector calls, without a NAT gateway. */
export class ApiEndpoint {
  /** Discovery. Billed by the hour and zone, as all but S3. */
  static readonly ECS = new ApiEndpoint('Ecs', 'ECS', InterfaceVpcEndpointAwsService.ECS);

  /** Delivery. */
  static readonly LOGS = new ApiEndpoint(
    'Logs',
    'CloudWatch Logs',
    InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  );

  /** CloudWatch's own API, for outputs that are not log events. */
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

  /** Roles that are assumed. */
  static readonly STS = new ApiEndpoint('Sts', 'STS', InterfaceVpcEndpointAwsService.STS);

  /** Instances of tasks in network modes bridge and host, and public addresses. */
  static readonly EC2 = new ApiEndpoint('Ec2', 'EC2', InterfaceVpcEndpointAwsService.EC2);

  /** Secrets that the configuration names. */
  static readonly SECRETS_MANAGER = new ApiEndpoint(
    'SecretsManager',
    'Secrets Manager',
    InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  );

  /** Parameters that the configuration names, or lies in. */
  static readonly SSM = new ApiEndpoint(
    'Ssm',
    'Systems Manager',
    InterfaceVpcEndpointAwsService.SSM,
  );

  /** State. A gateway in the route tables, which costs nothing. */
  static readonly S3 = new ApiEndpoint('S3', 'S3', GatewayVpcEndpointAwsService.S3);

  /**
   * Those that the collector needs by its configuration, and that the VPC does not have in the app: of ECS, Logs and S3 by the
   * built-in one.
   */
  static readonly ALL_NEEDED: readonly ApiEndpoint[] = [
    new ApiEndpoint('AllNeeded', 'all that are needed'),
  ];

  readonly name: string;
  /** What messages call the API. */
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

  /** The end of the name of the service, such as `aps-workspaces`; empty for all that are needed. */
  get service(): string {
    return SERVICE.exec(this.aws?.name ?? '')?.[1] ?? '';
  }

  /**
   * Makes the endpoint. One of an interface answers for its API in the whole VPC, so that all of the VPC is let in: else
   * what used the API before, such as the log drivers of tasks, would find it closed.
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
