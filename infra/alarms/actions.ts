import type { AlarmBase, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** What is done when the state of an alarm changes. */
export interface AlarmActions {
  /**
   * Done when an alarm goes off.
   *
   * @default - nothing
   */
  readonly alarmActions?: readonly IAlarmAction[];

  /**
   * Done when it is over.
   *
   * @default - nothing
   */
  readonly okActions?: readonly IAlarmAction[];

  /**
   * Done when there is no data any more, which alarms by PromQL and on the collector do not wait for.
   *
   * @default - nothing
   */
  readonly insufficientDataActions?: readonly IAlarmAction[];

  /**
   * Told when an alarm goes off, and when it is over: short for an `SnsAction` in `alarmActions` and in `okActions`.
   *
   * @default - nobody
   */
  readonly topic?: ITopic;
}

/** Gives an alarm its actions. */
export function addActions(alarm: AlarmBase, actions: AlarmActions): void {
  const { alarmActions = [], okActions = [], insufficientDataActions = [], topic } = actions;
  const tellTopic = topic === undefined ? [] : [new SnsAction(topic)];
  const whenItGoesOff = [...tellTopic, ...alarmActions];
  const whenItIsOver = [...tellTopic, ...okActions];
  // An older CDK writes a list without actions into the template.
  if (whenItGoesOff.length > 0) alarm.addAlarmAction(...whenItGoesOff);
  if (whenItIsOver.length > 0) alarm.addOkAction(...whenItIsOver);
  if (insufficientDataActions.length > 0) {
    alarm.addInsufficientDataAction(...insufficientDataActions);
  }
}

/** The actions alone, of props that have more. */
export function actionsOf(props: AlarmActions): AlarmActions {
  const { alarmActions, okActions, insufficientDataActions, topic } = props;
  return {
    ...(alarmActions && { alarmActions }),
    ...(okActions && { okActions }),
    ...(insufficientDataActions && { insufficientDataActions }),
    ...(topic && { topic }),
  };
}
