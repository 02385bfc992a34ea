import { LOG_GB_MONTH } from '../price/prices.ts';
import type { Resources } from '../price/template.ts';

/** What the CDK empties a bucket with before it is deleted. */
const EMPTYING = 'Custom::S3AutoDeleteObjects';

/** What CloudFormation does with a resource whose stack is deleted, other than to delete it. */
const KEEPING = ['Retain', 'RetainExceptOnCreate', 'Snapshot'];

const KEPT_LOGS = `$${LOG_GB_MONTH} a month for each GB in it`;

/** What each kind costs that is kept. */
const COSTS: Readonly<Record<string, string>> = {
  'AWS::APS::Workspace': 'you pay for its samples until their retention ends',
  'AWS::KMS::Key': '$1.00 a month',
  'AWS::Logs::LogGroup': KEPT_LOGS,
  'AWS::S3::Bucket': 'you pay for its objects',
};

/** What of a stack stays when it is deleted, each with what it costs: what its template keeps, and what its functions make. */
export function leftoversOf(resources: Resources): string[] {
  return Object.entries(resources).flatMap(([id, resource]) => [
    ...kept(id, resource),
    ...notEmptied(id, resource, resources),
    ...madeByLambda(id, resource),
    ...madeByCode(resource, resources),
  ]);
}

/** The same as text. */
export function describeLeftovers(resources: Resources): string {
  const leftovers = leftoversOf(resources);
  const always =
    'CloudWatch keeps the metrics for 15 months at no charge; the resources of cdk bootstrap stay, with their assets.\n';
  if (leftovers.length === 0) return `The resources that stay cost nothing of their own. ${always}`;
  return `Resources that stay when this is destroyed:\n${leftovers.map((each) => `  ${each}\n`).join('')}${always}`;
}

type Resource = Resources[string];

function kept(id: string, { Type, DeletionPolicy = 'Delete' }: Resource): string[] {
  if (!KEEPING.includes(DeletionPolicy)) return [];
  const cost = COSTS[Type];
  return [`${Type} ${id}${cost === undefined ? '' : `: ${cost}`}`];
}

/** CloudFormation deletes no bucket that has objects in it. */
function notEmptied(id: string, { Type, DeletionPolicy }: Resource, all: Resources): string[] {
  if (Type !== 'AWS::S3::Bucket' || KEEPING.includes(DeletionPolicy ?? '')) return [];
  const isEmptied = Object.values(all).some(
    (other) => other.Type === EMPTYING && other.Properties?.BucketName?.Ref === id,
  );
  return isEmptied ? [] : [`AWS::S3::Bucket ${id}, while it has objects: ${COSTS[Type]}`];
}

/** Lambda makes a log group for each function that is told none. */
function madeByLambda(id: string, { Type, Properties }: Resource): string[] {
  if (Type !== 'AWS::Lambda::Function' || Properties?.LoggingConfig?.LogGroup) return [];
  return [`the log group that Lambda makes for ${id}: ${KEPT_LOGS}`];
}

/** Log groups that a configuration names, and no template makes: the function does, and they keep their events for ever. */
function madeByCode({ Type, Properties }: Resource, all: Resources): string[] {
  if (Type !== 'AWS::IAM::Policy' && Type !== 'AWS::IAM::Role') return [];
  const documents = [
    Properties?.PolicyDocument,
    ...(Properties?.Policies ?? []).map(({ PolicyDocument }: Statements) => PolicyDocument),
  ];
  return documents
    .flatMap((document) => document?.Statement ?? [])
    .filter(({ Action }) => [Action].flat().includes('logs:CreateLogGroup'))
    .flatMap(({ Resource }) => [Resource].flat())
    .map((arn) => /:log-group:(.*?)(:\*)?$/.exec(textOf(arn))?.[1] ?? textOf(arn))
    .filter((name) => all[name.replace(/^\{(\w+)\}$/, '$1')]?.Type !== 'AWS::Logs::LogGroup')
    .map((name) => `the log group ${name}, which the function makes: ${KEPT_LOGS}`);
}

interface Statements {
  readonly PolicyDocument?: unknown;
}

/** What only the deployment knows is named. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (join !== undefined) return join[1].map(textOf).join(join[0]);
  return Ref === undefined ? JSON.stringify(value) : `{${Ref}}`;
}
