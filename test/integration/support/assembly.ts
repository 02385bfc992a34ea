import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
 * Makes a synthesized app ready for an account: the network that the examples name by made-up ids is there, zones are real ones,
 * and no image is built, which needs Docker and a registry.
 */
export async function makeDeployable(folder: string, account: CloudAccount): Promise<void> {
  const ids = await makeNetwork(account);
  for (const file of await readdir(folder)) {
    const path = join(folder, file);
    if (file.endsWith('.template.json')) {
      const text = await readFile(path, 'utf8');
      const named = [...ids].reduce((result, [name, id]) => result.replaceAll(name, id), text);
      await writeFile(path, named.replaceAll(DUMMY_ZONE, account.region));
    }
    if (file.endsWith('.assets.json')) {
      const assets = JSON.parse(await readFile(path, 'utf8'));
      await writeFile(path, JSON.stringify({ ...assets, dockerImages: {} }));
    }
  }
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
