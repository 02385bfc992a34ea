import { describe, expect, it } from '@jest/globals';
import { destinationBy } from '../../lambda/emf/destination.ts';
import { labelsOf } from '../../lambda/model/samples/sample.ts';
import { MAX_LOG_NAME } from '../../lambda/model/settings/log-group.ts';

describe('the log group of an event', () => {
  const ALL = {
    ClusterName: 'prod',
    TaskId: 't1',
    NodeName: 'n1',
    PodName: 'p1',
    ServiceName: 'web',
    ContainerInstanceId: 'i1',
    TaskDefinitionFamily: 'web-task',
    job: 'app',
  };

  it.each([
    ['a name without placeholders is as it is', '/ecs/metrics', {}, '/ecs/metrics'],
    [
      'each placeholder is a label',
      '{ClusterName}/{TaskId}/{NodeName}/{PodName}/{ServiceName}/{ContainerInstanceId}/{TaskDefinitionFamily}/{JobName}',
      ALL,
      'prod/t1/n1/p1/web/i1/web-task/app',
    ],
    ['a placeholder may come twice', '{ServiceName}-{ServiceName}', ALL, 'web-web'],
    ['a label JobName comes before job', '{JobName}', { ...ALL, JobName: 'other' }, 'other'],
    ['a missing label is the word undefined', '/ecs/{ServiceName}', {}, '/ecs/undefined'],
    ['an empty label is missing', '/ecs/{ServiceName}', { ServiceName: '' }, '/ecs/undefined'],
    ['another word in braces stays', '{Nobody}{constructor}', ALL, '{Nobody}{constructor}'],
    [
      'what no group name can have becomes _',
      '/ecs/{ServiceName}',
      { ServiceName: 'a:b*c d$&é{TaskId}' },
      '/ecs/a_b_c_d____TaskId_',
    ],
    [
      'a longer name than may be is cut off',
      '/ecs/{ServiceName}',
      { ServiceName: 'x'.repeat(600) },
      `/ecs/${'x'.repeat(MAX_LOG_NAME - '/ecs/'.length)}`,
    ],
  ])('%s', (_, template, labels, group) => {
    expect(destinationBy(template)(labelsOf(labels)).logGroup).toBe(group);
  });
});

describe('the log stream of an event', () => {
  it.each([
    ['is its job', { job: 'app' }, 'app'],
    ['is its JobName where there is one', { job: 'app', JobName: 'other' }, 'other'],
    ['is default without a job', {}, 'default'],
    ['is default with an empty job', { job: '' }, 'default'],
    ['has no characters that a stream name cannot have', { job: 'a:b*c d/é' }, 'a_b_c d/é'],
    ['is not longer than may be', { job: 'x'.repeat(600) }, 'x'.repeat(MAX_LOG_NAME)],
  ])('%s', (_, labels, stream) => {
    expect(destinationBy('g')(labelsOf(labels)).logStream).toBe(stream);
  });
});
