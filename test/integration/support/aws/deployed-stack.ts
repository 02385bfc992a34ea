import { join } from 'node:path';
import type { AppStack } from '../../../infra/apps.ts';
import { runToEnd } from '../child.ts';
import { ROOT } from '../places.ts';
import type { CloudAccount } from './cloud.ts';
import { type Inventory, inventoryOf } from './inventory.ts';

/** A stack that was deployed. */
export interface DeployedStack extends AppStack {
  readonly account: CloudAccount;
  /** What was there before, and after. */
  readonly before: Inventory;
  readonly after: Inventory;
  /** Physical ids by logical ids. */
  readonly ids: ReadonlyMap<string, string>;
}

/** Deploys a stack of a synthesized app with the CDK's command line. */
export async function deploy(
  stack: AppStack,
  account: CloudAccount,
  assembly: string,
): Promise<DeployedStack> {
  const before = await inventoryOf(account);
  await account.cdk(
    ...['deploy', stack.name, '--exclusively', '--app', assembly],
    ...['--require-approval', 'never'],
  );
  const listed = await account.call<readonly (readonly [string, string | null])[]>({
    service: 'cloudformation',
    operation: 'list_stack_resources',
    input: { StackName: stack.name },
    query: 'StackResourceSummaries[?LogicalResourceId].[LogicalResourceId, PhysicalResourceId]',
  });
  const ids = new Map(listed.map(([id, physical]) => [id, physical ?? '']));
  return { ...stack, account, before, after: await inventoryOf(account), ids };
}

export function hasCollector({ ids }: DeployedStack): boolean {
  return [...ids.keys()].some((id) => /^CollectorFunction/.test(id));
}

/** Whether its targets are divided. */
export function hasShards({ ids }: DeployedStack): boolean {
  return [...ids.keys()].some((id) => /^CollectorCycleStateMachine/.test(id));
}

export function hasDashboard({ template }: DeployedStack): boolean {
  return Object.values(template.Resources).some(
    ({ Type }) => Type === 'AWS::CloudWatch::Dashboard',
  );
}

/** The names of the resources of a type that the stack has made. */
export function namesAdded({ before, after }: DeployedStack, type: string): readonly string[] {
  return (after.get(type) ?? []).filter((each) => !before.get(type)?.includes(each));
}

/** The physical id of the one resource that can be deployed and whose logical id is this and a hash. */
export function idOf({ ids }: DeployedStack, start: RegExp): string {
  const found = [...ids].filter(([id]) => new RegExp(`${start.source}[0-9A-F]{8}$`).test(id));
  const [[, id] = [], another] = found;
  if (id === undefined || another !== undefined) {
    throw new Error(`Expected one resource ${start.source}, got ${found.length}`);
  }
  return id;
}

/** Empties the bucket, with a state in two versions, as the function of the CDK's custom resource does, which moto never calls. */
export async function emptyBucket(stack: DeployedStack, assembly: string): Promise<void> {
  const Bucket = idOf(stack, /^CollectorBucket/);
  const input = { Bucket, Key: 'state', Body: 'state' };
  // As the template says, which moto's CloudFormation does not look at.
  await stack.account.call({
    service: 's3',
    operation: 'put_bucket_versioning',
    input: { Bucket, VersioningConfiguration: { Status: 'Enabled' } },
  });
  for (let version = 1; version <= 2; version++) {
    await stack.account.call({ service: 's3', operation: 'put_object', input });
  }
  const { code, stderr } = await runToEnd(
    process.execPath,
    [
      '--eval',
      'require(process.argv[1]).autoDeleteHandler({RequestType:"Delete",ResourceProperties:{BucketName:process.argv[2]}})',
      join(assembly, emptyingAsset(stack)),
      Bucket,
    ],
    { ...stack.account.env, NODE_PATH: join(ROOT, 'node_modules') },
  );
  if (code !== 0) throw new Error(`The bucket was not emptied: ${stderr}`);
}

/** The folder of the code of that function. */
function emptyingAsset({ template }: DeployedStack): string {
  const [, handler] =
    Object.entries(template.Resources).find(([id]) =>
      /^CustomS3AutoDeleteObjects.*Handler/.test(id),
    ) ?? [];
  const { Code } = handler?.Properties ?? {};
  const { S3Key } = Code as { readonly S3Key: string };
  return `asset.${S3Key.replace(/\.zip$/, '')}`;
}
