import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../../lambda/config/load.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import { ENV } from '../../lambda/model/settings/names.ts';
import type { Statement } from '../infra/iam/evaluation/policy.ts';
import { policyOfRole } from '../infra/iam/evaluation/role-policy.ts';
import type { Place, TemplateValues } from '../infra/iam/evaluation/template-values.ts';
import type { Assembly, DeployedStack } from './assembly.ts';
import type { Party } from './network/firewall.ts';
import { addressIn } from './planned-task.ts';

/** A function of a collector, as it is deployed. */
export interface DeployedFunction {
  readonly name: string;
  readonly arn: string;
  readonly at: Place;
  /** The log group of what it writes. */
  readonly logGroup: string;
  /** The file that Lambda loads, of the asset of the app. */
  readonly file: string;
  /** What Lambda calls in it. */
  readonly handler: 'handler' | 'discover';
  readonly environment: Readonly<Record<string, string>>;
  /** What its configuration says, read as the function reads it. */
  readonly config: Config;
  readonly party: Party;
  /** Its subnets; empty without a VPC. */
  readonly subnets: readonly string[];
  /** What its role may do. */
  readonly policy: readonly Statement[];
}

interface FunctionProperties {
  readonly Code: { readonly S3Key?: string };
  readonly Handler: string;
  readonly Role: string;
  readonly LoggingConfig?: { readonly LogGroup: string };
  readonly Layers?: readonly string[];
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
  readonly VpcConfig?: {
    readonly SecurityGroupIds: readonly string[];
    readonly SubnetIds: readonly string[];
  };
}

/** Where a function finds the files of its layers. */
const LAYERS = '/opt/';

/** The functions of the collectors of an app. */
export async function functionsOf({ folder, stacks }: Assembly): Promise<DeployedFunction[]> {
  const found = stacks.flatMap((stack) =>
    stack.values.idsOf('AWS::Lambda::Function').map((id) => deployed(folder, stack, id)),
  );
  const all = await Promise.all(found);
  return all.filter((each) => each !== undefined);
}

async function deployed(
  folder: string,
  { at, values }: DeployedStack,
  id: string,
): Promise<DeployedFunction | undefined> {
  const { Environment, VpcConfig, ...properties } = values.properties(
    id,
  ) as unknown as FunctionProperties;
  // Others are of the CDK's custom resources.
  if (Environment?.Variables[ENV.cluster] === undefined) return undefined;
  const { Variables } = Environment;
  const { Layers = [], Code, Role } = properties;
  const environment = await withLayers(Variables, Layers, values, folder);
  return {
    name: values.nameOf(id),
    arn: values.arnOf(id),
    at,
    logGroup: properties.LoggingConfig?.LogGroup ?? '',
    file: join(assetFolder(folder, Code.S3Key), 'index.mjs'),
    handler: properties.Handler === 'index.discover' ? 'discover' : 'handler',
    environment,
    config: await loadConfig({
      env: { ...environment, AWS_REGION: at.region },
      readFile: (path) => readFile(path, 'utf8'),
    }),
    party: {
      groups: VpcConfig?.SecurityGroupIds ?? [],
      address: VpcConfig && addressIn(values, VpcConfig.SubnetIds),
    },
    subnets: VpcConfig?.SubnetIds ?? [],
    policy: statementsOf(values, (roleId) => values.arnOf(roleId) === Role),
  };
}

/** What roles of a stack may do. */
export function statementsOf(
  values: TemplateValues,
  isMeant: (roleId: string) => boolean,
): Statement[] {
  return values
    .idsOf('AWS::IAM::Role')
    .filter(isMeant)
    .flatMap((id) => policyOfRole(values, id).map(({ statement }) => statement));
}

/** The environment with the files of the layers where they lie here; one names another by its path. */
async function withLayers(
  environment: Readonly<Record<string, string>>,
  layers: readonly string[],
  values: TemplateValues,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const [layer, another] = values
    .idsOf('AWS::Lambda::LayerVersion')
    .filter((id) => layers.includes(values.nameOf(id)));
  if (layer === undefined) return environment;
  if (another !== undefined) throw new Error(`Expected one layer at most, got ${layers}`);
  const { Content } = values.properties(layer) as { readonly Content: { readonly S3Key: string } };
  const here = `${assetFolder(folder, Content.S3Key)}/`;
  for (const name of await readdir(here)) {
    const text = await readFile(join(here, name), 'utf8');
    await writeFile(join(here, name), text.replaceAll(LAYERS, here));
  }
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replaceAll(LAYERS, here)]),
  );
}

function assetFolder(folder: string, key: string | undefined): string {
  if (key === undefined) throw new Error('Expected code or files of an asset');
  return join(folder, `asset.${key.replace(/\.zip$/, '')}`);
}
