import { CfnSecurityGroupIngress, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { type CfnFunction, Code } from 'aws-cdk-lib/aws-lambda';
import {
  App,
  Aws,
  BootstraplessSynthesizer,
  CfnCondition,
  CfnOutput,
  CfnParameter,
  type CfnParameterProps,
  Fn,
  type IStackSynthesizer,
  RemovalPolicy,
  Stack,
} from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { Collector } from '../collector/collector.ts';
import { CollectorConfiguration } from '../configuration/configuration.ts';

const STACK = 'Fargauge';

const SIDECAR_PORT = 9546;

/** Stands for the one list of a parameter while the template is synthesized. */
const A_ZONE = 'a';

/** The parameters of the template, which a user gives instead of settings of the CDK. */
const PARAMETERS = {
  CodeBucket: {
    type: 'String',
    description: 'The bucket that has the archive of the function',
    allowedPattern: '^[a-z0-9.-]{3,63}$',
  },
  CodeKey: {
    type: 'String',
    description: 'The key of the archive of the function, such as fargauge-lambda.zip',
    minLength: 1,
  },
  ClusterName: {
    type: 'String',
    description: 'The name of the ECS cluster whose tasks are collected',
    allowedPattern: '^[a-zA-Z0-9_-]{1,255}$',
  },
  VpcId: { type: 'AWS::EC2::VPC::Id', description: 'The VPC of the tasks' },
  SubnetIds: {
    type: 'List<AWS::EC2::Subnet::Id>',
    description: 'Subnets from which the function reaches the tasks and the APIs of AWS',
  },
  TaskSecurityGroupId: {
    type: 'String',
    description: `The security group of the tasks, in which port ${SIDECAR_PORT} is opened for the function. Empty: none is`,
    default: '',
    allowedPattern: '^(sg-[0-9a-f]+)?$',
  },
  Configuration: {
    type: 'String',
    description: 'A native configuration, as YAML or JSON. Empty: CPU and memory of the tasks',
    default: '',
    maxLength: 3500,
  },
} as const satisfies Readonly<Record<string, CfnParameterProps>>;

/**
 * The CloudFormation template of a collector for those without the CDK: all that they choose is a parameter, and the
 * function's code is an archive in a bucket of theirs. It has no assets.
 */
export function releaseTemplate(): object {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, STACK, {
    // Without what `cdk bootstrap` makes.
    synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
    description: 'Fargauge: metrics from Amazon ECS tasks into CloudWatch',
  });
  const given = Object.fromEntries(
    Object.entries(PARAMETERS).map(([id, props]) => [id, new CfnParameter(stack, id, props)]),
  ) as Record<keyof typeof PARAMETERS, CfnParameter>;
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: given.VpcId.valueAsString,
    availabilityZones: [A_ZONE],
    privateSubnetIds: [Fn.select(0, given.SubnetIds.valueAsList)],
  });
  const collector = new Collector(stack, 'Collector', {
    vpc,
    cluster: Cluster.fromClusterAttributes(stack, 'Cluster', {
      clusterName: given.ClusterName.valueAsString,
      clusterArn: `arn:${Aws.PARTITION}:ecs:${Aws.REGION}:${Aws.ACCOUNT_ID}:cluster/${given.ClusterName.valueAsString}`,
      vpc,
    }),
    configuration: CollectorConfiguration.taskMetrics(),
    code: Code.fromCfnParameters({
      bucketNameParam: given.CodeBucket,
      objectKeyParam: given.CodeKey,
    }),
    // To empty it, a stack needs a function of the CDK, which would be an asset.
    removalPolicy: RemovalPolicy.RETAIN,
  });
  configure(stack, collector, given.Configuration);
  const lambda = collector.function.node.defaultChild as CfnFunction;
  lambda.addPropertyOverride('VpcConfig.SubnetIds', given.SubnetIds.valueAsList);
  letIn(stack, collector, given.TaskSecurityGroupId);
  new CfnOutput(stack, 'CollectorSecurityGroup', {
    description: `Open port ${SIDECAR_PORT}, and those of your applications, to this group`,
    value: collector.connections.securityGroups[0]?.securityGroupId ?? '',
  });
  new CfnOutput(stack, 'FunctionName', { value: collector.function.functionName });
  return app.synth().getStackByName(STACK).template;
}

/** The function's own configuration is that of the parameter, if there is one. */
function configure(stack: Stack, collector: Collector, { valueAsString }: CfnParameter): void {
  const condition = new CfnCondition(stack, 'HasConfiguration', {
    expression: Fn.conditionNot(Fn.conditionEquals(valueAsString, '')),
  });
  const lambda = collector.function.node.defaultChild as CfnFunction;
  lambda.addPropertyOverride('Environment.Variables.FARGAUGE_CONFIG', {
    'Fn::If': [condition.logicalId, valueAsString, { Ref: 'AWS::NoValue' }],
  });
}

/** Opens the sidecar's port in the group of the tasks, if there is one. */
function letIn(stack: Stack, collector: Collector, { valueAsString }: CfnParameter): void {
  const tasks = SecurityGroup.fromSecurityGroupId(stack, 'Tasks', valueAsString);
  collector.collectFrom(tasks, SIDECAR_PORT);
  const condition = new CfnCondition(stack, 'HasTaskSecurityGroup', {
    expression: Fn.conditionNot(Fn.conditionEquals(valueAsString, '')),
  });
  for (const rule of stack.node.findAll().filter(isIngress)) {
    rule.cfnOptions.condition = condition;
  }
}

function isIngress(construct: IConstruct): construct is CfnSecurityGroupIngress {
  return construct instanceof CfnSecurityGroupIngress;
}
