import { Template } from 'aws-cdk-lib/assertions';
import type { Stack } from 'aws-cdk-lib/core';
import { ENV } from '../../../lambda/model/names.ts';
import { OWN } from './collector-cases.ts';
import type { NamedStatement } from './reductions.ts';
import { policyOfRole } from './role-policy.ts';
import { type Place, type TemplateBody, TemplateValues } from './template-values.ts';

/** What CloudFormation makes of a collector. */
export interface DeployedCollector {
  readonly environment: Readonly<Record<string, string>>;
  readonly functionArn: string;
  /** What the role of the function may do. */
  readonly policy: readonly NamedStatement[];
  /** What the role of the schedule may do. */
  readonly schedulePolicy: readonly NamedStatement[];
  readonly logGroups: readonly string[];
  /** The group that Lambda writes the function's own log to. */
  readonly ownLogGroup: string;
  readonly deadLetterQueueArn: string;
  /** `bucket/key`. */
  readonly stateObject: string;
  /** The key of the stack, and the buckets that it encrypts. */
  readonly keyArn: string | undefined;
  readonly encryptionKeys: ReadonlyMap<string, string>;
}

interface FunctionProperties {
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
  readonly Role: string;
  readonly LoggingConfig: { readonly LogGroup: string };
}

/** The values of the template of a stack. */
export function valuesOf(stack: Stack, at: Place): TemplateValues {
  return new TemplateValues(Template.fromStack(stack).toJSON() as TemplateBody, at);
}

export function deployedCollector(stack: Stack): DeployedCollector {
  const values = valuesOf(stack, OWN);
  const functionId = only(values, 'AWS::Lambda::Function', /^CollectorFunction/);
  const properties = values.properties(functionId) as unknown as FunctionProperties;
  const role = (start: RegExp) => policyOfRole(values, only(values, 'AWS::IAM::Role', start));
  const [keyId] = values.idsOf('AWS::KMS::Key');
  const keyArn = keyId && values.arnOf(keyId);
  const bucket = values.nameOf(only(values, 'AWS::S3::Bucket', /^CollectorBucket/));
  const { Variables } = properties.Environment;
  return {
    environment: Variables,
    functionArn: values.arnOf(functionId),
    policy: role(/^CollectorRole/),
    schedulePolicy: role(/^CollectorScheduleRole/),
    logGroups: values.idsOf('AWS::Logs::LogGroup').map((id) => values.nameOf(id)),
    ownLogGroup: properties.LoggingConfig.LogGroup,
    deadLetterQueueArn: values.arnOf(only(values, 'AWS::SQS::Queue', /^CollectorDeadLetterQueue/)),
    stateObject: Variables[ENV.state]?.replace('s3://', '') ?? '',
    keyArn,
    encryptionKeys: new Map(keyArn === undefined ? [] : [[bucket, keyArn]]),
  };
}

function only(values: TemplateValues, type: string, start: RegExp): string {
  const [id, another] = values.idsOf(type).filter((each) => start.test(each));
  if (id === undefined || another !== undefined) {
    throw new Error(`Expected one ${type} whose id is ${start}, got ${id} and ${another}`);
  }
  return id;
}
