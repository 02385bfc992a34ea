import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeLeftovers, leftoversOf } from '../../../infra/app/leftovers.ts';
import { collectorBundle, sidecarBundle } from '../../bundles.ts';
import { synthesizeAll } from '../../deployed/assembly.ts';
import { APPS, type AppStack, stacksIn } from '../apps.ts';

/** The CDK is loaded and every app is synthesized. */
const SLOW = 120_000;

/** The log of the CDK's own function, some lines of which stay in an app that is not ours. */
const OF_THE_CDK =
  'the log group that Lambda makes for CustomS3AutoDeleteObjectsCustomResourceProviderHandler9D90184F: $0.03 a month for each GB in it';

const WORKSPACE =
  'AWS::APS::Workspace Workspace2F8C78CC: you pay for its samples until their retention ends';

/** By app, as docs/deploy.md says it. */
const LEFT: Readonly<Record<string, readonly string[]>> = {
  'central-account': [OF_THE_CDK],
  'cloudwatch-otlp': [OF_THE_CDK],
  'demo-service': [OF_THE_CDK],
  'existing-cluster': [OF_THE_CDK],
  grafana: [WORKSPACE, OF_THE_CDK],
  keycloak: [groupOf('/ecs/cloudwatch-agent'), OF_THE_CDK],
  'keycloak-sidecar': [OF_THE_CDK],
  'managed-instances': [groupOf('/fargauge/prod'), OF_THE_CDK],
  'managed-prometheus': [WORKSPACE, OF_THE_CDK],
  'other-account': [OF_THE_CDK],
  'the app for a trial': [],
  'the app for a cluster that exists': [groupOf('/ecs/one')],
  'the app in shards': [],
  'the app in many shards': [],
};

/** One that a configuration names. */
function groupOf(name: string): string {
  return `the log group ${name}, which the function makes: $0.03 a month for each GB in it`;
}

let folder: string;
let stacks: ReadonlyMap<string, readonly AppStack[]>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-leftovers-'));
  await Promise.all([collectorBundle(), sidecarBundle()]);
  const assemblies = await synthesizeAll(APPS, folder);
  const read = [...assemblies].map(async ([name, assembly]) => {
    if (assembly instanceof Error) throw assembly;
    return [name, await stacksIn(assembly.folder)] as const;
  });
  stacks = new Map(await Promise.all(read));
}, SLOW);
afterAll(() => rm(folder, { recursive: true }));

describe('what stays when a stack is deleted', () => {
  it.each(APPS.map(({ name }) => name))('is known of %s', (name) => {
    const left = (stacks.get(name) ?? []).flatMap(({ template }) =>
      leftoversOf(template.Resources),
    );
    expect(left).toEqual(LEFT[name]);
  });
});

describe('what stays', () => {
  it.each([
    ['what is deleted', { Type: 'AWS::Logs::LogGroup', DeletionPolicy: 'Delete' }, []],
    ['what nobody says anything of', { Type: 'AWS::SQS::Queue' }, []],
    [
      'a log group that is kept',
      { Type: 'AWS::Logs::LogGroup', DeletionPolicy: 'Retain' },
      ['AWS::Logs::LogGroup It: $0.03 a month for each GB in it'],
    ],
    [
      'a workspace that is kept',
      { Type: 'AWS::APS::Workspace', DeletionPolicy: 'RetainExceptOnCreate' },
      ['AWS::APS::Workspace It: you pay for its samples until their retention ends'],
    ],
    [
      'a bucket that nobody empties',
      { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Delete' },
      ['AWS::S3::Bucket It, while it has objects: you pay for its objects'],
    ],
    [
      'a function without a log group',
      { Type: 'AWS::Lambda::Function', Properties: {} },
      ['the log group that Lambda makes for It: $0.03 a month for each GB in it'],
    ],
    [
      'a group that a configuration names',
      {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyDocument: {
            Statement: [
              {
                Action: ['logs:CreateLogGroup', 'logs:PutLogEvents'],
                Resource: {
                  'Fn::Join': ['', ['arn:aws:logs:::log-group:/ecs/', { Ref: 'Cluster' }, ':*']],
                },
              },
            ],
          },
        },
      },
      ['the log group /ecs/{Cluster}, which the function makes: $0.03 a month for each GB in it'],
    ],
  ])('%s', (_, resource, left) => {
    expect(leftoversOf({ It: resource })).toEqual(left);
  });

  it('is no group that the configuration names and the template makes', () => {
    const statement = {
      Action: 'logs:CreateLogGroup',
      Resource: { 'Fn::Join': ['', ['arn:aws:logs:::log-group:', { Ref: 'Group' }, ':*']] },
    };
    const left = leftoversOf({
      Group: { Type: 'AWS::Logs::LogGroup', DeletionPolicy: 'Delete' },
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyDocument: { Statement: [statement] } },
      },
    });
    expect(left).toEqual([]);
  });

  it('is said as text, with what always stays', () => {
    const key = { Type: 'AWS::KMS::Key', DeletionPolicy: 'Retain' };
    expect(describeLeftovers({ Key: key })).toMatch(
      /^Resources that stay when this is destroyed:\n {2}AWS::KMS::Key Key: \$1\.00 a month\nCloudWatch keeps/,
    );
    expect(describeLeftovers({})).toMatch(
      /^The resources that stay cost nothing of their own\. CloudWatch keeps/,
    );
  });
});
