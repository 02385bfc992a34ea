import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { CollectorConfiguration, ConfigurationDelivery } from './collector-configuration.ts';
import type { CollectorNetwork } from './collector-network.ts';
import { MAX_EVENT_AGE } from './collector-schedule.ts';
import { ConfigurationLayer } from './configuration-layer.ts';
import { holdsDeploymentValues, withParts } from './deployment-values.ts';
import { InvalidPropsError } from './errors.ts';
import { COLLECTOR_DIRECTORY } from './paths.ts';

/** All environment variables of a function together, names and values. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_ENVIRONMENT_BYTES = 4096;

/** What is assumed of the parts of a value that are known at deployment only: the name of a cluster, log group or bucket. */
const UNKNOWN_VALUE_BYTES = 512;

export interface CollectorFunctionProps {
  readonly configuration: CollectorConfiguration;
  /** Variables that do not come with the configuration. */
  readonly variables: Readonly<Record<string, string>>;
  readonly timeout: Duration;
  readonly memorySize: number;
  readonly role: IRole;
  readonly logGroup: ILogGroup;
  readonly deadLetterQueue: IQueue;
  /** Absent: no VPC. */
  readonly network?: CollectorNetwork | undefined;
  /** Absent: the bundle. */
  readonly code?: Code | undefined;
}

/** The Lambda function, with its configuration. */
export class CollectorFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: CollectorFunctionProps) {
    const { network, variables } = props;
    const { environment, files } = delivery(props.configuration, variables);
    super(scope, id, {
      description: 'Fargauge: collects the metrics of ECS tasks into CloudWatch',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: props.code ?? bundledCode(scope),
      handler: 'index.handler',
      memorySize: props.memorySize,
      timeout: props.timeout,
      environment: { ...environment, ...variables },
      ...(Object.keys(files).length > 0 && {
        layers: [new ConfigurationLayer(scope, 'Configuration', files)],
      }),
      ...(network && {
        vpc: network.vpc,
        vpcSubnets: { subnets: [...network.subnets] },
        securityGroups: [network.securityGroup],
      }),
      role: props.role,
      logGroup: props.logGroup,
      // Two cycles at once would read the same counters and count their growth twice.
      reservedConcurrentExecutions: 1,
      retryAttempts: 0,
      maxEventAge: MAX_EVENT_AGE,
      onFailure: new SqsDestination(props.deadLetterQueue),
    });
  }
}

/** In the environment where there is room, where it shows in the console; in files of a layer where there is none. */
function delivery(
  configuration: CollectorConfiguration,
  variables: Readonly<Record<string, string>>,
): ConfigurationDelivery {
  const inEnvironment = configuration.inEnvironment();
  const bytes = Object.entries({ ...inEnvironment.environment, ...variables })
    .map(([name, value]) => Buffer.byteLength(name) + bytesOf(value))
    .reduce((sum, each) => sum + each, 0);
  return bytes <= MAX_ENVIRONMENT_BYTES ? inEnvironment : configuration.inFiles();
}

function bytesOf(value: string): number {
  const unknown = holdsDeploymentValues(value) ? UNKNOWN_VALUE_BYTES : 0;
  return Buffer.byteLength(withParts(value, '')) + unknown;
}

function bundledCode(scope: Construct): Code {
  if (!existsSync(join(COLLECTOR_DIRECTORY, 'index.mjs'))) {
    throw new InvalidPropsError(
      scope,
      'Expected `code`, or the bundle of the collector: make it with `npm run build`',
    );
  }
  return Code.fromAsset(COLLECTOR_DIRECTORY, { exclude: ['*.map'] });
}
