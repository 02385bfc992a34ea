import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import {
  LambdaInvoke,
  type ScheduleTargetBaseProps,
  StepFunctionsStartExecution,
} from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { CYCLE_MS } from '../../../lambda/shards/objects/limits.ts';
import { InvalidPropsError } from '../../props/errors.ts';
import type { Owner } from '../../props/valid.ts';
import type { Shards } from '../shards/shards.ts';

/** EventBridge Scheduler's smallest unit. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
export const SHORTEST_INTERVAL = Duration.minutes(1);

/** The longest cycle if the next one begins after a minute. */
const LONGEST_CYCLE = Duration.millis(CYCLE_MS);

/**
 * The longest wait of an invocation: a late scrape is worse than a missed one. It is the least that EventBridge
 * Scheduler and Lambda allow.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
 */
export const MAX_EVENT_AGE = Duration.seconds(60);

export interface CollectorScheduleProps {
  /** The resource to start. */
  readonly starts: IFunction | IStateMachine;
  /** In whole minutes. */
  readonly interval: Duration;
  /** The queue for invocations that could not be started. */
  readonly deadLetterQueue: IQueue;
}

/** Starts the collector, each time once. */
export class CollectorSchedule extends Construct {
  constructor(scope: Construct, id: string, props: CollectorScheduleProps) {
    super(scope, id);
    const role = this.makeRole(props.starts);
    props.deadLetterQueue.grantSendMessages(role);
    new Schedule(this, 'Schedule', {
      description: 'Starts the Fargauge collector',
      schedule: ScheduleExpression.rate(props.interval),
      target: targetOf(props.starts, {
        // Otherwise a target would add every version of a function to the role.
        role: role.withoutPolicyUpdates(),
        retryAttempts: 0,
        maxEventAge: MAX_EVENT_AGE,
        deadLetterQueue: props.deadLetterQueue,
      }),
    });
  }

  private makeRole(target: IFunction | IStateMachine): Role {
    const stack = Stack.of(this);
    return new Role(this, 'Role', {
      description: 'Lets EventBridge Scheduler start the Fargauge collector',
      // Only schedules of this account: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': stack.account,
            'aws:SourceArn': stack.formatArn({
              service: 'scheduler',
              resource: 'schedule-group',
              resourceName: 'default',
            }),
          },
        },
      }),
      inlinePolicies: {
        Invoke: new PolicyDocument({
          statements: [
            isStateMachine(target)
              ? new PolicyStatement({
                  actions: ['states:StartExecution'],
                  resources: [target.stateMachineArn],
                })
              : new PolicyStatement({
                  actions: ['lambda:InvokeFunction'],
                  resources: [target.functionArn],
                }),
          ],
        }),
      },
    });
  }
}

function targetOf(starts: IFunction | IStateMachine, props: ScheduleTargetBaseProps) {
  return isStateMachine(starts)
    ? new StepFunctionsStartExecution(starts, props)
    : new LambdaInvoke(starts, props);
}

function isStateMachine(starts: IFunction | IStateMachine): starts is IStateMachine {
  return 'stateMachineArn' in starts;
}

/** The interval, if EventBridge Scheduler supports it. */
export function validInterval(owner: Owner, interval: Duration): Duration {
  const minutes = interval.toMinutes({ integral: false });
  if (minutes < SHORTEST_INTERVAL.toMinutes() || !Number.isInteger(minutes)) {
    throw new InvalidPropsError(
      owner,
      `Expected \`interval\` to be whole minutes, at least 1, got ${interval.toHumanString()}`,
    );
  }
  return interval;
}

/** The user's timeout of a cycle, and whether it is divided. */
interface CycleLength {
  readonly timeout?: Duration;
  readonly shards?: Shards;
}

/** The timeout of a cycle, if it ends before the next one begins. */
export function validTimeout(
  owner: Owner,
  { timeout = LONGEST_CYCLE, shards }: CycleLength,
  interval: Duration,
): Duration {
  const given = timeout.toHumanString();
  if (timeout.toMilliseconds() >= interval.toMilliseconds()) {
    const expected = `shorter than the interval of ${interval.toHumanString()}`;
    throw new InvalidPropsError(owner, `Expected \`timeout\` to be ${expected}, got ${given}`);
  }
  if (shards !== undefined && timeout.toMilliseconds() > LONGEST_CYCLE.toMilliseconds()) {
    const expected = `at most ${LONGEST_CYCLE.toHumanString()} beside \`shards\``;
    throw new InvalidPropsError(owner, `Expected \`timeout\` to be ${expected}, got ${given}`);
  }
  return timeout;
}
