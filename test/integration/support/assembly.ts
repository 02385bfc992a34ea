import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TemplateBody } from '../../infra/iam/template-values.ts';
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

/** A type of which moto's CloudFormation knows nothing, so that it can say nothing of its attributes either. */
const WORKSPACE = 'AWS::APS::Workspace';

/**
 * Makes a synthesized app ready for an account: the network that the examples name by made-up ids is there, and what moto's
 * CloudFormation cannot make although other resources refer to it; zones are real ones, and no image is built, which needs Docker and
 * a registry.
 */
export async function makeDeployable(folder: string, account: CloudAccount): Promise<void> {
  const ids = await makeNetwork(account);
  for (const file of await readdir(folder)) {
    const path = join(folder, file);
    if (file.endsWith('.template.json')) {
      const text = await readFile(path, 'utf8');
      const named = [...ids].reduce((result, [name, id]) => result.replaceAll(name, id), text);
      const template = JSON.parse(named.replaceAll(DUMMY_ZONE, account.region));
      await writeFile(path, JSON.stringify(await withWorkspaces(template, account)));
    }
    if (file.endsWith('.assets.json')) {
      const assets = JSON.parse(await readFile(path, 'utf8'));
      await writeFile(path, JSON.stringify({ ...assets, dockerImages: {} }));
    }
  }
}

/** The template with the attributes of workspaces that were made beside it. */
async function withWorkspaces(template: TemplateBody, account: CloudAccount): Promise<object> {
  const made = new Map<string, Readonly<Record<string, string>>>();
  for (const [id, { Type }] of Object.entries(template.Resources)) {
    if (Type !== WORKSPACE) continue;
    const query = '{Arn: arn, WorkspaceId: workspaceId}';
    made.set(id, await account.call({ service: 'amp', operation: 'create_workspace', query }));
  }
  return JSON.parse(JSON.stringify(template), (_, value) => {
    const [id, attribute] = value?.['Fn::GetAtt'] ?? [];
    return made.get(id)?.[attribute] ?? value;
  });
}

/** What the examples take for there, by the ids that they give it. */
async function makeNetwork(account: CloudAccount): Promise<ReadonlyMap<string, string>> {
  const make = (operation: string, input: Readonly<Record<string, unknown>>, query: string) =>
    account.call<string>({ service: 'ec2', operation, input, query });
  const VpcId = await make('create_vpc', { CidrBlock: '10.1.0.0/16' }, 'Vpc.VpcId');
  const subnet = (CidrBlock: string) =>
    make('create_subnet', { VpcId, CidrBlock }, 'Subnet.SubnetId');
  return new Map([
    ['vpc-0123456789abcdef0', VpcId],
    ['subnet-0123456789abcdef0', await subnet('10.1.0.0/24')],
    ['subnet-0123456789abcdef1', await subnet('10.1.1.0/24')],
    [
      'sg-0123456789abcdef0',
      await make(
        'create_security_group',
        { VpcId, GroupName: 'tasks', Description: 'Tasks' },
        'GroupId',
      ),
    ],
  ]);
}
