import type { AlarmBase, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** The actions of an alarm when its state changes. */
export interface AlarmActions {
  /**
   * Actions when the alarm is raised.
   *
   * @default - none
   */
  readonly alarmActions?: readonly IAlarmAction[];

  /**
   * Actions when the alarm ends.
   *
   * @default - none
   */
  readonly okActions?: readonly IAlarmAction[];

  /**
   * Actions when there is no data any more. Alarms by PromQL, and those on the collector, never enter this state.
   *
   * @default - none
   */
  readonly insufficientDataActions?: readonly IAlarmAction[];

  /**
   * Receives a message when an alarm is raised, and when it ends: short for an `SnsAction` in `alarmActions` and in
   * `okActions`.
   *
   * @default - none
   */
  readonly topic?: ITopic;
}

/** Gives an alarm its actions. */
export function addActions(alarm: AlarmBase, actions: AlarmActions): void {
  const { alarmActions = [], okActions = [], insufficientDataActions = [], topic } = actions;
  const tellTopic = topic === undefined ? [] : [new SnsAction(topic)];
  const whenItGoesOff = [...tellTopic, ...alarmActions];
  const whenItIsOver = [...tellTopic, ...okActions];
  // An older CDK would write an empty list of actions into the template.
  if (whenItGoesOff.length > 0) alarm.addAlarmAction(...whenItGoesOff);
  if (whenItIsOver.length > 0) alarm.addOkAction(...whenItIsOver);
  if (insufficientDataActions.length > 0) {
    alarm.addInsufficientDataAction(...insufficientDataActions);
  }
}

/** The actions among props. */
export function actionsOf(props: AlarmActions): AlarmActions {
  const { alarmActions, okActions, insufficientDataActions, topic } = props;
  return {
    ...(alarmActions && { alarmActions }),
    ...(okActions && { okActions }),
    ...(insufficientDataActions && { insufficientDataActions }),
    ...(topic && { topic }),
  };
}
