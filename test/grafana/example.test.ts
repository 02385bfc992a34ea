import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GRAFANA_DIRECTORY } from '../../infra/build/paths.ts';
import { collectorBundle } from '../bundles.ts';
import { EXAMPLES, synthesize } from '../infra/apps.ts';
import type { TemplateBody } from '../infra/iam/evaluation/template-values.ts';
import { FILES } from './dashboard.ts';

/** Bundling, and a process that loads the CDK. */
const SLOW = 120_000;

/** The properties that the tests look at; what only the deployment knows is an object. */
// biome-ignore lint/suspicious/noExplicitAny: a template has any shape, and what is looked at is compared.
type Properties = any;

let folder: string;
let template: TemplateBody;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-grafana-'));
  await collectorBundle();
  const [stack] = await synthesize(EXAMPLES.find(({ name }) => name === 'grafana')!, folder);
  template = stack!.template;
}, SLOW);
afterAll(() => rm(folder, { recursive: true }));

function all(type: string): Properties[] {
  return Object.values(template.Resources)
    .filter((resource) => resource.Type === type)
    .map(({ Properties }) => Properties);
}

function grafana(): Properties {
  const [{ ContainerDefinitions }] = all('AWS::ECS::TaskDefinition');
  return ContainerDefinitions.find(({ Name }: Properties) => Name === 'grafana');
}

function environment(): Readonly<Record<string, Properties>> {
  return Object.fromEntries(
    grafana().Environment.map(({ Name, Value }: Properties) => [Name, Value]),
  );
}

/** What is joined at deployment, as one text with the names of what is put in. */
function textOf(value: Properties): string {
  if (typeof value === 'string') return value;
  if (value.Ref !== undefined) return value.Ref;
  if (value['Fn::GetAtt'] !== undefined) return value['Fn::GetAtt'].join('.');
  return value['Fn::Join'][1].map(textOf).join('');
}

describe('the example with a Grafana', () => {
  it('has the same path where people ask, the load balancer forwards, and its health check looks', () => {
    const { pathname } = new URL(environment().GF_SERVER_ROOT_URL);
    expect(pathname).toBe('/grafana/');
    expect(environment().GF_SERVER_SERVE_FROM_SUB_PATH).toBe('true');
    const [{ Conditions }] = all('AWS::ElasticLoadBalancingV2::ListenerRule');
    expect(Conditions).toEqual([
      { Field: 'path-pattern', PathPatternConfig: { Values: ['/grafana', `${pathname}*`] } },
    ]);
    expect(all('AWS::ElasticLoadBalancingV2::TargetGroup')).toEqual([
      expect.objectContaining({
        HealthCheckPath: `${pathname}api/health`,
        Matcher: { HttpCode: '200' },
        Port: grafana().PortMappings[0].ContainerPort,
      }),
    ]);
  });

  it('gives its container all that the provisioning reads', async () => {
    const files = (await readdir(GRAFANA_DIRECTORY, { recursive: true })).filter((file) =>
      /amazon.*\.yaml$|dashboards\/.*\.yaml$/.test(file),
    );
    expect(files).toHaveLength(2);
    for (const file of files) {
      const text = await readFile(join(GRAFANA_DIRECTORY, file), 'utf8');
      const named = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!);
      expect(Object.keys(environment())).toEqual(expect.arrayContaining(named));
    }
  });

  it('reads the workspace that the collector writes to, as the role of its task', () => {
    const [id] = Object.entries(template.Resources).find(
      ([, { Type }]) => Type === 'AWS::APS::Workspace',
    )!;
    const url = textOf(environment().PROMETHEUS_URL);
    expect(url).toBe(
      `https://aps-workspaces.AWS::Region.AWS::URLSuffix/workspaces/${id}.WorkspaceId`,
    );
    const [collector] = all('AWS::Lambda::Function').filter(
      ({ Environment }) => Environment?.Variables.FARGAUGE_OUTPUTS,
    );
    expect(textOf(collector.Environment.Variables.FARGAUGE_OUTPUTS)).toContain(
      `"${url}/api/v1/remote_write"`,
    );
    const [{ TaskRoleArn }] = all('AWS::ECS::TaskDefinition');
    const [role] = TaskRoleArn['Fn::GetAtt'];
    const [policy] = all('AWS::IAM::Policy').filter(({ Roles }) => Roles[0].Ref === role);
    expect(policy.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['aps:GetLabels', 'aps:GetMetricMetadata', 'aps:GetSeries', 'aps:QueryMetrics'],
        Resource: { 'Fn::GetAtt': [id, 'Arn'] },
      },
    ]);
  });

  it("builds its image of the package's own folder, with the dashboards", async () => {
    const { dockerImages } = JSON.parse(
      await readFile(join(folder, 'Grafana.assets.json'), 'utf8'),
    );
    const [{ source }] = Object.values<Properties>(dockerImages);
    const files = await readdir(join(folder, source.directory));
    expect(files).toEqual(expect.arrayContaining(['Dockerfile', 'provisioning', ...FILES]));
  });

  it('has a sidecar, which the collector may reach', () => {
    const [{ ContainerDefinitions }] = all('AWS::ECS::TaskDefinition');
    const ports = ContainerDefinitions.flatMap(({ PortMappings }: Properties) => PortMappings);
    const [{ NetworkConfiguration }] = all('AWS::ECS::Service');
    const [group] = NetworkConfiguration.AwsvpcConfiguration.SecurityGroups;
    const open = all('AWS::EC2::SecurityGroupIngress')
      .filter(({ GroupId }) => JSON.stringify(GroupId) === JSON.stringify(group))
      .map(({ FromPort }) => FromPort);
    expect(ports.map(({ ContainerPort }: Properties) => ContainerPort).sort()).toEqual([
      3000, 9546,
    ]);
    expect(open.sort()).toEqual([3000, 9546]);
  });

  it('keeps the password of its administrator out of the template', () => {
    expect(grafana().Secrets).toEqual([
      {
        Name: 'GF_SECURITY_ADMIN_PASSWORD',
        ValueFrom: { Ref: expect.stringMatching(/^AdminPassword/) },
      },
    ]);
  });
});
