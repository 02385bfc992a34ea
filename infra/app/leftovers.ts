import { PRICES } from '../../price/list.ts';
import { shownPrice } from '../../price/price.ts';
import type { Resources } from '../price/template.ts';

/** The CDK's custom resource that empties a bucket before its deletion. */
const EMPTYING = 'Custom::S3AutoDeleteObjects';

/** Deletion policies that keep a resource when its stack is deleted. */
const KEEPING = ['Retain', 'RetainExceptOnCreate', 'Snapshot'];

const KEPT_LOGS = `${shownPrice(PRICES.logGbMonth)} a month for each GB in it`;

/** The cost of resources that stay, by type. */
const COSTS: Readonly<Record<string, string>> = {
  'AWS::APS::Workspace': 'you pay for its samples until their retention ends',
  'AWS::KMS::Key': `${shownPrice(PRICES.keyMonth)} a month`,
  'AWS::Logs::LogGroup': KEPT_LOGS,
  'AWS::S3::Bucket': 'you pay for its objects',
};

/**
 * The resources of a stack that stay when it is deleted, with their cost: those that its template keeps, and those that
 * its functions make.
 */
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

/** CloudFormation cannot delete a bucket that contains objects. */
function notEmptied(id: string, { Type, DeletionPolicy }: Resource, all: Resources): string[] {
  if (Type !== 'AWS::S3::Bucket' || KEEPING.includes(DeletionPolicy ?? '')) return [];
  const isEmptied = Object.values(all).some(
    (other) => other.Type === EMPTYING && other.Properties?.BucketName?.Ref === id,
  );
  return isEmptied ? [] : [`AWS::S3::Bucket ${id}, while it has objects: ${COSTS[Type]}`];
}

/** Lambda makes a log group for each function whose template names none. */
function madeByLambda(id: string, { Type, Properties }: Resource): string[] {
  if (Type !== 'AWS::Lambda::Function' || Properties?.LoggingConfig?.LogGroup) return [];
  return [`the log group that Lambda makes for ${id}: ${KEPT_LOGS}`];
}

/**
 * Log groups that a configuration names, and no template makes: the function makes them, and they keep their events for
 * ever.
 */
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

/** A text in which values of the deployment appear by their names. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (join !== undefined) return join[1].map(textOf).join(join[0]);
  return Ref === undefined ? JSON.stringify(value) : `{${Ref}}`;
}
