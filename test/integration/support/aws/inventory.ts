import type { BotoCall } from './boto.ts';
import type { CloudAccount } from './cloud.ts';

/**
 * How the resources of a CloudFormation type are listed by the API of their service. Without those that come with another
 * resource: the default security group and the main route table of a VPC, and the log group of the one function that moto
 * itself invokes, whatever group the function has.
 */
const LISTS: Readonly<Record<string, BotoCall>> = {
  'AWS::CloudWatch::Alarm': list('cloudwatch', 'describe_alarms', 'MetricAlarms[].AlarmName'),
  'AWS::CloudWatch::Dashboard': list(
    'cloudwatch',
    'list_dashboards',
    'DashboardEntries[].DashboardName',
  ),
  'AWS::EC2::EIP': list('ec2', 'describe_addresses', 'Addresses[].AllocationId'),
  'AWS::EC2::FlowLog': list('ec2', 'describe_flow_logs', 'FlowLogs[].FlowLogId'),
  'AWS::EC2::InternetGateway': list(
    'ec2',
    'describe_internet_gateways',
    'InternetGateways[].InternetGatewayId',
  ),
  'AWS::EC2::NatGateway': list(
    'ec2',
    'describe_nat_gateways',
    "NatGateways[?State!='deleted'].NatGatewayId",
  ),
  'AWS::EC2::RouteTable': list(
    'ec2',
    'describe_route_tables',
    'RouteTables[?!(Associations[?Main])].RouteTableId',
  ),
  'AWS::EC2::SecurityGroup': list(
    'ec2',
    'describe_security_groups',
    "SecurityGroups[?GroupName!='default'].GroupId",
  ),
  'AWS::EC2::Subnet': list('ec2', 'describe_subnets', 'Subnets[].SubnetId'),
  'AWS::EC2::VPC': list('ec2', 'describe_vpcs', 'Vpcs[].VpcId'),
  'AWS::EC2::VPCEndpoint': list(
    'ec2',
    'describe_vpc_endpoints',
    "VpcEndpoints[?State!='deleted'].VpcEndpointId",
  ),
  'AWS::ECS::Cluster': list('ecs', 'list_clusters', 'clusterArns'),
  'AWS::ECS::TaskDefinition': list('ecs', 'list_task_definitions', 'taskDefinitionArns'),
  'AWS::IAM::Role': list('iam', 'list_roles', 'Roles[].RoleName', { MaxItems: 1000 }),
  'AWS::KMS::Key': list('kms', 'list_keys', 'Keys[].KeyId'),
  'AWS::Lambda::Function': list('lambda', 'list_functions', 'Functions[].FunctionName'),
  'AWS::Lambda::LayerVersion': list('lambda', 'list_layers', 'Layers[].LayerName'),
  'AWS::Logs::LogGroup': list(
    'logs',
    'describe_log_groups',
    "logGroups[?!starts_with(logGroupName, '/aws/lambda/')].logGroupName",
  ),
  'AWS::S3::Bucket': list('s3', 'list_buckets', 'Buckets[].Name'),
  'AWS::Scheduler::Schedule': list('scheduler', 'list_schedules', 'Schedules[].Name'),
  'AWS::StepFunctions::StateMachine': list(
    'stepfunctions',
    'list_state_machines',
    'stateMachines[].name',
  ),
  'AWS::SNS::Topic': list('sns', 'list_topics', 'Topics[].TopicArn'),
  'AWS::SQS::Queue': list('sqs', 'list_queues', 'QueueUrls'),
};

/** Names of resources by their type. */
export type Inventory = ReadonlyMap<string, readonly string[]>;

/** All that an account has in its Region. */
export async function inventoryOf(account: CloudAccount): Promise<Inventory> {
  const inventory = new Map<string, readonly string[]>();
  for (const [type, call] of Object.entries(LISTS)) {
    inventory.set(type, (await account.call<string[] | null>(call)) ?? []);
  }
  return inventory;
}

/** What one inventory has and an earlier one has not: how many of each type. */
export function added(before: Inventory, after: Inventory): Record<string, number> {
  const counts = [...after].map(([type, names]) => {
    const known = new Set(before.get(type));
    return [type, names.filter((name) => !known.has(name)).length] as const;
  });
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** The types that are listed. */
export const LISTED_TYPES: ReadonlySet<string> = new Set(Object.keys(LISTS));

function list(
  service: string,
  operation: string,
  query: string,
  input: Readonly<Record<string, unknown>> = {},
): BotoCall {
  return { service, operation, input, query };
}
