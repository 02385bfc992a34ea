import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  Runtime,
  RuntimeFamily,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { COLLECTOR_DIRECTORY } from '../../build/paths.ts';
import type { CollectorConfiguration } from '../../configuration/configuration.ts';
import type { ConfigurationDelivery } from '../../configuration/delivery.ts';
import { holdsDeploymentValues, withParts } from '../../configuration/deployment-values.ts';
import { ConfigurationLayer } from '../../configuration/layer.ts';
import { InvalidPropsError } from '../../props/errors.ts';
import type { CollectorNetwork } from '../network/network.ts';
import { memoryVariables } from './memory-variables.ts';
import { MAX_EVENT_AGE } from './schedule.ts';

/** All environment variables of a function together, names and values. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_ENVIRONMENT_BYTES = 4096;

/** Assumed size of the parts of a value that are known only at deployment: the name of a cluster, log group or bucket. */
const UNKNOWN_VALUE_BYTES = 512;

/** `Runtime.NODEJS_24_X`, which not every supported version of the CDK has. */
const NODEJS_24 = new Runtime('nodejs24.x', RuntimeFamily.NODEJS, { supportsInlineCode: true });

export interface CollectorFunctionProps {
  readonly configuration: CollectorConfiguration;
  /** Variables outside of the configuration. */
  readonly variables: Readonly<Record<string, string>>;
  readonly description: string;
  /** The export of the bundle that Lambda calls. */
  readonly handler: 'handler' | 'discover';
  /** Reserved and largest number of concurrent invocations. Absent: the account's unreserved rest. */
  readonly concurrency?: number | undefined;
  readonly timeout: Duration;
  readonly memorySize: number;
  /** Absent: arm64. */
  readonly architecture?: Architecture | undefined;
  readonly role: IRole;
  readonly logGroup: ILogGroup;
  /** The queue for failed invocations; absent if the invoker gets the error. */
  readonly deadLetterQueue?: IQueue | undefined;
  /** Absent: no VPC. */
  readonly network?: CollectorNetwork | undefined;
  /** Absent: the bundle. */
  readonly code?: Code | undefined;
}

/** The Lambda function, with its configuration. */
export class CollectorFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: CollectorFunctionProps) {
    const { network, memorySize, deadLetterQueue } = props;
    const variables = { ...props.variables, ...memoryVariables(memorySize) };
    const { environment, files } = delivery(scope, props.configuration, variables);
    super(scope, id, {
      description: props.description,
      runtime: NODEJS_24,
      architecture: props.architecture ?? Architecture.ARM_64,
      code: props.code ?? bundledCode(scope),
      handler: `index.${props.handler}`,
      memorySize,
      timeout: props.timeout,
      environment: { ...environment, ...variables },
      ...(Object.keys(files).length > 0 && {
        layers: [new ConfigurationLayer(scope, layerId(id), files)],
      }),
      ...(network && {
        vpc: network.vpc,
        vpcSubnets: { subnets: [...network.subnets] },
        // Endpoints are a way to the APIs from there, too.
        allowPublicSubnet: true,
        securityGroups: network.connections.securityGroups,
      }),
      role: props.role,
      logGroup: props.logGroup,
      ...(props.concurrency !== undefined && { reservedConcurrentExecutions: props.concurrency }),
      retryAttempts: 0,
      maxEventAge: MAX_EVENT_AGE,
      ...(deadLetterQueue && { onFailure: new SqsDestination(deadLetterQueue) }),
    });
  }
}

/** The id of the collecting function's layer is `Configuration`. */
function layerId(id: string): string {
  return id === 'Function' ? 'Configuration' : `${id}Configuration`;
}

/** Puts the configuration into the environment, where the console shows it, or into files of a layer if it is too large. */
function delivery(
  scope: Construct,
  configuration: CollectorConfiguration,
  variables: Readonly<Record<string, string>>,
): ConfigurationDelivery {
  const bytesIn = ({ environment }: ConfigurationDelivery, unknownValueBytes: number) =>
    Object.entries({ ...environment, ...variables })
      .map(([name, value]) => Buffer.byteLength(name) + bytesOf(value, unknownValueBytes))
      .reduce((sum, each) => sum + each, 0);
  const inEnvironment = configuration.inEnvironment();
  if (bytesIn(inEnvironment, UNKNOWN_VALUE_BYTES) <= MAX_ENVIRONMENT_BYTES) return inEnvironment;
  const inFiles = configuration.inFiles();
  if (Object.values(inFiles.files).some(holdsDeploymentValues)) {
    throw new InvalidPropsError(
      scope,
      `Expected a \`configuration\` whose values only the deployment knows to fit into the ${MAX_ENVIRONMENT_BYTES} bytes of the function's environment, because a deployment writes no files: write the values themselves, or leave \`log_group_name\` out and give \`metricsLogGroup\``,
    );
  }
  // Otherwise the deployment would fail half way.
  const bytes = bytesIn(inFiles, 0);
  if (bytes <= MAX_ENVIRONMENT_BYTES) return inFiles;
  throw new InvalidPropsError(
    scope,
    `Expected the outputs of \`configuration\` to fit into the ${MAX_ENVIRONMENT_BYTES} bytes of the function's environment, got ${bytes} bytes with its other variables: move outputs without such values into the document`,
  );
}

function bytesOf(value: string, unknownBytes: number): number {
  const unknown = holdsDeploymentValues(value) ? unknownBytes : 0;
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
