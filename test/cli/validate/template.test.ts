import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configurationsIn } from '../../../cli/validate/template.ts';
import { validateConfiguration } from '../../../cli/validate/validate.ts';
import { type Folder, temporaryFolder } from '../fargauge.ts';

let folder: Folder;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(() => folder.remove());

const collector = (variables: object, more: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Environment: { Variables: variables }, ...more },
});

async function validated(resources: object) {
  const path = await folder.file('x.template.json', { Resources: resources });
  const candidates = await configurationsIn(path);
  return Promise.all(candidates.map(validateConfiguration));
}

describe('the configurations of a synthesized template', () => {
  it('are those of its collectors, each once, and of no other function', async () => {
    const results = await validated({
      Other: collector({ TABLE: 'x' }),
      Function: collector({ FARGAUGE_CLUSTER: 'shop' }),
      Discovery: collector({ FARGAUGE_CLUSTER: 'shop', FARGAUGE_SHARDS: '4' }),
      Broken: collector({ FARGAUGE_CONFIG: 'cluster_name: [shop]' }),
    });
    expect(results).toEqual([
      {
        name: `${folder.path('x.template.json')}: Function`,
        errors: [],
        warnings: [],
        notChecked: [],
      },
      expect.objectContaining({
        name: `${folder.path('x.template.json')}: Broken`,
        errors: [
          expect.objectContaining({ source: 'FARGAUGE_CONFIG', path: 'cluster_name', line: 1 }),
        ],
      }),
    ]);
  });

  it.each([
    ['the name of a cluster of the stack', { FARGAUGE_CLUSTER: { Ref: 'Cluster' } }],
    ['its ARN', { FARGAUGE_CLUSTER: { 'Fn::GetAtt': ['Cluster', 'Arn'] } }],
    ['a log group', { FARGAUGE_CLUSTER: 'shop', FARGAUGE_LOG_GROUP: { Ref: 'Group' } }],
    [
      'a role in a document that is joined',
      {
        FARGAUGE_CONFIG: {
          'Fn::Join': [
            '',
            [
              'cluster_name: ',
              { Ref: 'Cluster' },
              '\noutputs:\n  - type: cloudwatch-logs\n    role_arn: "',
              { 'Fn::GetAtt': ['Role', 'Arn'] },
              '"\n',
            ],
          ],
        },
      },
    ],
    [
      'a substituted document',
      {
        FARGAUGE_CONFIG: {
          'Fn::Sub': [
            // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how CloudFormation writes it
            'cluster_name: ${C}\nregion: ${AWS::Region}\nlog_group_name: /x/${!Literal}-${Cluster.Arn}',
            { C: { Ref: 'Cluster' } },
          ],
        },
      },
      // `${!Literal}` stays as it is written, and no log group has such a name.
      'log_group_name',
    ],
  ])('may hold %s, which only the deployment knows', async (...[, variables, wrong]) => {
    const [result, ...more] = await validated({
      Cluster: { Type: 'AWS::ECS::Cluster' },
      Role: { Type: 'AWS::IAM::Role' },
      Function: collector(variables),
    });
    expect(more).toEqual([]);
    expect(result?.errors.map(({ path }) => path)).toEqual(wrong === undefined ? [] : [wrong]);
  });

  it('has a text of the same form in place of a wrong call of a function', async () => {
    const [result] = await validated({
      Function: collector({ FARGAUGE_CLUSTER: { 'Fn::Join': ['', 5] } }),
    });
    expect(result?.errors).toEqual([]);
  });

  it('may lie in a layer beside the template', async () => {
    await mkdir(folder.path('asset.abc'));
    await writeFile(
      folder.path('asset.abc/fargauge-configuration'),
      'cluster_name: shop\nscrape_configs: [{ job_name: [] }]\n',
    );
    const [result] = await validated({
      Layer: { Type: 'AWS::Lambda::LayerVersion', Properties: { Content: { S3Key: 'abc.zip' } } },
      Function: collector(
        { FARGAUGE_CONFIG_FILE: '/opt/fargauge-configuration' },
        { Layers: [{ Ref: 'Layer' }] },
      ),
    });
    expect(result?.errors).toEqual([
      expect.objectContaining({ path: 'scrape_configs[0].job_name', line: 2 }),
    ]);
  });

  it.each([
    ['no JSON', 'Resources: {}', 'expected the JSON that `cdk synth` writes: '],
    ['another document', '{"a":1}', 'expected a CloudFormation template with the key Resources'],
    [
      'a template with something else among its resources',
      '{"Resources":{"A":null,"B":7}}',
      'expected a collector (an AWS::Lambda::Function with a variable FARGAUGE_…), found none in 0 resources',
    ],
    [
      'a template without a collector',
      '{"Resources":{"A":{"Type":"AWS::SQS::Queue"}}}',
      'expected a collector (an AWS::Lambda::Function with a variable FARGAUGE_…), found none in 1 resources',
    ],
  ])('are not had of %s, which the error says', async (_, text, message) => {
    const path = await folder.file('wrong.json', text);
    await expect(configurationsIn(path)).rejects.toThrow(`${path}: ${message}`);
  });

  it('are not had of a file that is not there', async () => {
    const path = folder.path('missing.json');
    await expect(configurationsIn(path)).rejects.toThrow(
      `${path}: expected a template that can be read: ENOENT`,
    );
  });
});
