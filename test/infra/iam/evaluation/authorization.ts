import type { IamRequest } from './policy.ts';
import type { Place } from './template-values.ts';

/** A call of an operation as it came over the wire. */
export interface ApiCall {
  /** As actions name it: `ecs`. */
  readonly service: string;
  /** Such as `ListTasks`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The account whose credentials it is signed with, and the Region that it is signed for. */
  readonly at: Place;
}

/** A resource that a call is about, and what the service says of it. */
interface Subject {
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

type SubjectsOf = (input: Input, at: Place) => readonly Subject[];

// biome-ignore lint/suspicious/noExplicitAny: what each operation takes is told by its API
type Input = Readonly<Record<string, any>>;

/** For an action that has neither resource-level permissions nor keys of its own. */
const ANY: SubjectsOf = () => [{ resource: '*' }];

/**
 * What an operation asks IAM for: its resources and condition keys, by the services' own tables.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonprometheus.html
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
 */
const SUBJECTS: Readonly<Record<string, SubjectsOf>> = {
  'ecs:ListClusters': ANY,
  'ecs:DescribeClusters': ({ clusters = ['default'] }, at) =>
    clusters.map((cluster: string) => ({ resource: clusterArn(cluster, at) })),
  'ecs:DescribeTaskDefinition': ANY,
  'ecs:ListTasks': ({ cluster }, at) => [
    inCluster(cluster, at, `${partOf(cluster, at, 'container-instance')}/*`),
  ],
  'ecs:DescribeTasks': ({ cluster, tasks }, at) =>
    tasks.map((task: string) => inCluster(cluster, at, task)),
  'ecs:ListServices': ({ cluster }, at) => [inCluster(cluster, at, '*')],
  'ecs:DescribeServices': ({ cluster, services }, at) =>
    services.map((service: string) => inCluster(cluster, at, service)),
  'ecs:DescribeContainerInstances': ({ cluster, containerInstances }, at) =>
    containerInstances.map((instance: string) => inCluster(cluster, at, instance)),
  'ec2:DescribeInstances': ANY,
  'ec2:DescribeNetworkInterfaces': ANY,
  'logs:CreateLogGroup': ({ logGroupName }, at) => [
    { resource: `${logGroupArn(logGroupName, at)}:log-stream:` },
  ],
  'logs:CreateLogStream': logStream,
  'logs:PutLogEvents': logStream,
  'sts:AssumeRole': ({ RoleArn }) => [{ resource: RoleArn }],
  'ssm:GetParameter': ({ Name }, at) => [{ resource: parameterArn(Name, at) }],
  'secretsmanager:GetSecretValue': ({ SecretId }) => [{ resource: SecretId }],
  'aps:RemoteWrite': ({ workspace }, { region, account }) => [
    { resource: `arn:aws:aps:${region}:${account}:workspace/${workspace}` },
  ],
  // Points over OTLP have no namespace.
  'cloudwatch:PutMetricData': ({ namespace }) => [
    {
      resource: '*',
      ...(namespace !== undefined && { context: { 'cloudwatch:namespace': namespace } }),
    },
  ],
};

/** What a call asks for, all of which must be allowed. @throws TypeError for an operation that is not known */
export function requestsOf({ service, operation, input, at }: ApiCall): IamRequest[] {
  const action = `${service}:${operation}`;
  const subjects = SUBJECTS[action];
  if (subjects === undefined) throw new TypeError(`Nothing is known of what ${action} asks for`);
  return subjects(input, at).map(({ resource, context = {} }) => ({ action, resource, context }));
}

/** Each of these actions gets the condition key `ecs:cluster`. */
function inCluster(cluster: string, at: Place, resource: string): Subject {
  return { resource, context: { 'ecs:cluster': clusterArn(cluster, at) } };
}

function clusterArn(cluster: string, { region, account }: Place): string {
  return cluster.startsWith('arn:')
    ? cluster
    : `arn:aws:ecs:${region}:${account}:cluster/${cluster}`;
}

function partOf(cluster: string, at: Place, type: string): string {
  return clusterArn(cluster, at).replace(':cluster/', `:${type}/`);
}

function logGroupArn(name: string, { region, account }: Place): string {
  return `arn:aws:logs:${region}:${account}:log-group:${name}`;
}

function logStream({ logGroupName, logStreamName }: Input, at: Place): readonly Subject[] {
  return [{ resource: `${logGroupArn(logGroupName, at)}:log-stream:${logStreamName}` }];
}

function parameterArn(name: string, { region, account }: Place): string {
  if (name.startsWith('arn:')) return name;
  return `arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`;
}
