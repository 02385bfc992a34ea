import { type Labels, labelsOf } from '../../lambda/model/samples/sample.ts';

/** The labels that ECS discovery gives a target, beside `instance` and `job`. */
export function taskLabels(index: number): Labels {
  const id = `0123456789abcdef0123456789ab${1000 + index}`;
  return labelsOf({
    container_name: 'app',
    TaskDefinitionFamily: 'shop',
    TaskRevision: '17',
    TaskGroup: 'service:shop',
    StartedBy: 'ecs-svc/0123456789012345678',
    LaunchType: 'FARGATE',
    TaskId: id,
    TaskArn: `arn:aws:ecs:eu-central-1:123456789012:task/main/${id}`,
    TaskClusterName: 'main',
    ServiceName: 'shop',
    AvailabilityZone: 'eu-central-1a',
  });
}
