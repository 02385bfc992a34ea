import { Template } from 'aws-cdk-lib/assertions';
import type { Stack } from 'aws-cdk-lib/core';
import { ENV } from '../../../lambda/model/settings/names.ts';
import { OWN } from './collector-cases.ts';
import type { NamedStatement } from './evaluation/reductions.ts';
import { policyOfRole } from './evaluation/role-policy.ts';
import { type Place, type TemplateBody, TemplateValues } from './evaluation/template-values.ts';

export interface DeployedFunction {
  readonly environment: Readonly<Record<string, string>>;
  readonly functionArn: string;
}

/** The state machine of a collector whose targets are divided. */
export interface DeployedCycle {
  readonly arn: string;
  /** In the Amazon States Language. */
  readonly definition: object;
  /** What its role may do. */
  readonly policy: readonly NamedStatement[];
}

/** What CloudFormation makes of a collector: its function, or the one that collects a shard, and what belongs to it. */
export interface DeployedCollector extends DeployedFunction {
  /** The function that hands the targets out; absent where they are not divided. */
  readonly discovery: DeployedFunction | undefined;
  readonly cycle: DeployedCycle | undefined;
  /** What the schedule starts. */
  readonly startedArn: string;
  /** What the role of the functions may do. */
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

interface ScheduleProperties {
  readonly Target: { readonly Arn: string };
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
  const scheduleId = only(values, 'AWS::Scheduler::Schedule', /^CollectorSchedule/);
  const { Target } = values.properties(scheduleId) as unknown as ScheduleProperties;
  const [machineId] = values.idsOf('AWS::StepFunctions::StateMachine');
  const [keyId] = values.idsOf('AWS::KMS::Key');
  const keyArn = keyId && values.arnOf(keyId);
  const bucket = values.nameOf(only(values, 'AWS::S3::Bucket', /^CollectorBucket/));
  const { Variables } = properties.Environment;
  return {
    environment: Variables,
    functionArn: values.arnOf(functionId),
    discovery: machineId === undefined ? undefined : discoveryOf(values),
    cycle:
      machineId === undefined
        ? undefined
        : {
            arn: values.arnOf(machineId),
            definition: JSON.parse(String(values.properties(machineId).DefinitionString)),
            policy: role(/^CollectorCycleRole/),
          },
    startedArn: Target.Arn,
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

function discoveryOf(values: TemplateValues): DeployedFunction {
  const id = only(values, 'AWS::Lambda::Function', /^CollectorDiscovery/);
  const { Environment } = values.properties(id) as unknown as FunctionProperties;
  return { environment: Environment.Variables, functionArn: values.arnOf(id) };
}

function only(values: TemplateValues, type: string, start: RegExp): string {
  const [id, another] = values.idsOf(type).filter((each) => start.test(each));
  if (id === undefined || another !== undefined) {
    throw new Error(`Expected one ${type} whose id is ${start}, got ${id} and ${another}`);
  }
  return id;
}
