import {
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  type ISubnet,
  type IVpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { InvalidPropsError } from './errors.ts';
import { acknowledge } from './nag/acknowledge.ts';

/** A way from a VPC to one of the APIs that the collector calls, without a NAT gateway. */
export class ApiEndpoint {
  /** Discovery. Billed by the hour and zone. */
  static readonly ECS = new ApiEndpoint('Ecs', InterfaceVpcEndpointAwsService.ECS);

  /** Delivery. Billed by the hour and zone. */
  static readonly LOGS = new ApiEndpoint('Logs', InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS);

  /** CloudWatch's own API, for outputs that are not log events. Billed by the hour and zone. */
  static readonly MONITORING = new ApiEndpoint(
    'Monitoring',
    InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
  );

  /** Roles of other accounts. Billed by the hour and zone. */
  static readonly STS = new ApiEndpoint('Sts', InterfaceVpcEndpointAwsService.STS);

  /** State. A gateway in the route tables, which costs nothing. */
  static readonly S3 = new ApiEndpoint('S3', GatewayVpcEndpointAwsService.S3);

  /** What a collector of one account needs. */
  static readonly ALL_NEEDED = [ApiEndpoint.ECS, ApiEndpoint.LOGS, ApiEndpoint.S3];

  readonly name: string;
  private readonly service: InterfaceVpcEndpointAwsService | GatewayVpcEndpointAwsService;

  private constructor(
    name: string,
    service: InterfaceVpcEndpointAwsService | GatewayVpcEndpointAwsService,
  ) {
    this.name = name;
    this.service = service;
  }

  /**
   * Makes the endpoint. One of an interface answers for its API in the whole VPC, so that all of the VPC is let in: else
   * what used the API before, such as the log drivers of tasks, would find it closed.
   */
  create(scope: Construct, vpc: IVpc, subnets: readonly ISubnet[]): void {
    const { service } = this;
    if (service instanceof InterfaceVpcEndpointAwsService) {
      const endpoint = vpc.addInterfaceEndpoint(`Fargauge${this.name}`, {
        service,
        subnets: { subnets: [...subnets] },
        open: true,
      });
      acknowledge(endpoint, {
        id: 'AwsSolutions-EC23',
        reason: 'It is open to the addresses of its VPC only, which are known at deployment.',
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
