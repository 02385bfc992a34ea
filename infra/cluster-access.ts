import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

/**
 * What reading the tasks of clusters takes: tasks, services, and the container instances of tasks on EC2. Their ids are
 * not known before, so the condition ecs:cluster limits the actions; DescribeTaskDefinition has no resource-level
 * permissions.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
 */
export function clusterReadStatements(clusterArns: readonly string[]): PolicyStatement[] {
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
    new PolicyStatement({ actions: ['ecs:DescribeTaskDefinition'], resources: ['*'] }),
  ];
}

/** What cdk-nag is told of these statements. */
export const CLUSTER_READ_REASON =
  'Task ids are not known before, so the condition ecs:cluster limits the actions; DescribeTaskDefinition has no resource-level permissions.';
