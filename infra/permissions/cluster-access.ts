import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** The reads of the tasks of clusters. */
export interface ClusterReading {
  /** ARNs of the clusters, or patterns of them. */
  readonly clusterArns: readonly string[];
  /** Whether task definitions are read, which Prometheus' own discovery does not need. */
  readonly taskDefinitions: boolean;
  /** Whether a pattern selects clusters, so that all must be listed. */
  readonly listClusters: boolean;
  readonly clusterTags: boolean;
  readonly publicIps: boolean;
}

/**
 * Permissions for reading the tasks of clusters: tasks, services, and the container instances of tasks on EC2 with the
 * addresses of their instances. Ids are unknown before, so the condition ecs:cluster limits actions of a cluster; the
 * others have no resource-level permissions.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
export function clusterReadStatements({
  clusterArns,
  taskDefinitions,
  listClusters,
  clusterTags,
  publicIps,
}: ClusterReading): PolicyStatement[] {
  const unlimited = [
    'ec2:DescribeInstances',
    ...(publicIps ? ['ec2:DescribeNetworkInterfaces'] : []),
    ...(taskDefinitions ? ['ecs:DescribeTaskDefinition'] : []),
    ...(listClusters ? ['ecs:ListClusters'] : []),
  ];
  return [
    new PolicyStatement({
      actions: [
        'ecs:DescribeContainerInstances',
        'ecs:DescribeServices',
        'ecs:DescribeTasks',
        'ecs:ListServices',
        'ecs:ListTasks',
      ],
      resources: ['*'],
      conditions: { ArnLike: { 'ecs:cluster': [...clusterArns] } },
    }),
    new PolicyStatement({ actions: unlimited, resources: ['*'] }),
    ...(clusterTags
      ? [new PolicyStatement({ actions: ['ecs:DescribeClusters'], resources: [...clusterArns] })]
      : []),
  ];
}

/** The reason for cdk-nag. */
export const CLUSTER_READ_REASON =
  'Ids of tasks and instances are not known before, so the condition ecs:cluster limits what is of a cluster; ListClusters, DescribeTaskDefinition, DescribeInstances and DescribeNetworkInterfaces have no resource-level permissions.';
