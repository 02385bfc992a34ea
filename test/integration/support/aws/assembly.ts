import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TemplateBody } from '../../../infra/iam/evaluation/template-values.ts';
import type { BotoCall } from './boto.ts';
import type { CloudAccount } from './cloud.ts';

/** The account of stacks that are bound to none. */
export const HOME = { account: '111122223333', region: 'eu-west-1' };

/** Zones that the CDK makes up where it has no access to AWS. */
const DUMMY_ZONE = /dummy1(?=[a-c])/g;

interface Manifest {
  readonly artifacts: Readonly<
    Record<string, { readonly type: string; readonly environment?: string }>
  >;
}

/** The accounts of the stacks of a synthesized app, by the names of the stacks. */
export async function accountsOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8');
  const stacks = Object.entries((JSON.parse(text) as Manifest).artifacts)
    .filter(([, { type }]) => type === 'aws:cloudformation:stack')
    .map(([name, { environment = '' }]) => {
      const [, account = HOME.account] = /^aws:\/\/(\d{12})\//.exec(environment) ?? [];
      return [name, account] as const;
    });
  return new Map(stacks);
}

/**
 * Types of which moto's CloudFormation knows nothing, so that it can say nothing of their attributes either, each with the call
 * that makes one and gives what templates refer to.
 */
const MADE_BESIDE: Readonly<Record<string, (logicalId: string) => BotoCall>> = {
  'AWS::APS::Workspace': () => ({
    service: 'amp',
    operation: 'create_workspace',
    query: '{Ref: arn, Arn: arn, WorkspaceId: workspaceId}',
  }),
  'AWS::SecretsManager::Secret': (logicalId) => ({
    service: 'secretsmanager',
    operation: 'create_secret',
    input: { Name: logicalId },
    query: '{Ref: ARN}',
  }),
};

/**
 * Makes a synthesized app ready for the accounts of its stacks: what the examples name by made-up ids is in each of
 * them, and what moto's CloudFormation cannot make although other resources refer to it; zones are real ones, and no image is
 * built, which needs Docker and a registry.
 */
export async function makeDeployable(
  folder: string,
  accounts: ReadonlyMap<string, CloudAccount>,
): Promise<void> {
  const surroundings = new Map<CloudAccount, ReadonlyMap<string, string>>();
  for (const [stack, account] of accounts) {
    const ids = surroundings.get(account) ?? (await makeSurroundings(account));
    surroundings.set(account, ids);
    const path = join(folder, `${stack}.template.json`);
    const text = await readFile(path, 'utf8');
    const named = [...ids].reduce((result, [name, id]) => result.replaceAll(name, id), text);
    const template = JSON.parse(named.replaceAll(DUMMY_ZONE, account.region));
    await writeFile(path, JSON.stringify(await withMadeBeside(template, account)));
  }
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.assets.json')) continue;
    const path = join(folder, file);
    const assets = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...assets, dockerImages: {} }));
  }
}

/** The template with the names and attributes of the resources that were made beside it. */
async function withMadeBeside(template: TemplateBody, account: CloudAccount): Promise<object> {
  const made = new Map<string, Readonly<Record<string, string>>>();
  for (const [id, { Type }] of Object.entries(template.Resources)) {
    const creation = MADE_BESIDE[Type]?.(id);
    if (creation !== undefined) made.set(id, await account.call(creation));
  }
  return JSON.parse(JSON.stringify(template), (_, value) => {
    const [id, attribute] = value?.['Fn::GetAtt'] ?? [value?.Ref, 'Ref'];
    return made.get(id)?.[attribute] ?? value;
  });
}

/** What the examples take for there, by the ids that they give it: a network, a certificate, and a cluster by its name. */
async function makeSurroundings(account: CloudAccount): Promise<ReadonlyMap<string, string>> {
  const make = (operation: string, input: Readonly<Record<string, unknown>>, query: string) =>
    account.call<string>({ service: 'ec2', operation, input, query });
  const VpcId = await make('create_vpc', { CidrBlock: '10.1.0.0/16' }, 'Vpc.VpcId');
  const subnet = (CidrBlock: string) =>
    make('create_subnet', { VpcId, CidrBlock }, 'Subnet.SubnetId');
  const group = (GroupName: string) =>
    make('create_security_group', { VpcId, GroupName, Description: 'Tasks' }, 'GroupId');
  const certificate = await account.call<string>({
    service: 'acm',
    operation: 'request_certificate',
    input: { DomainName: 'metrics.example.com' },
    query: 'CertificateArn',
  });
  await account.call({
    service: 'ecs',
    operation: 'create_cluster',
    input: { clusterName: 'prod' },
    query: 'cluster.clusterArn',
  });
  return new Map([
    ['vpc-0123456789abcdef0', VpcId],
    ['subnet-0123456789abcdef0', await subnet('10.1.0.0/24')],
    ['subnet-0123456789abcdef1', await subnet('10.1.1.0/24')],
    ['sg-0123456789abcdef0', await group('tasks')],
    ['sg-0123456789abcdef1', await group('more-tasks')],
    [
      'arn:aws:acm:eu-west-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef',
      certificate,
    ],
  ]);
}
