import type { SeriesExplanation } from '../../explain/explain.ts';
import type { FollowedPage } from '../../explain/follow.ts';

/** A part of the explanation: what goes to CloudWatch Logs. */
export interface ExplanationView extends SeriesExplanation {
  /** The log event in the Embedded Metric Format, as indented JSON. Absent: there is none in a first cycle. */
  readonly event?: string | undefined;
}

/** The last event that carries a metric of a series. */
export function eventOf(
  { events }: Pick<FollowedPage, 'events'>,
  { metrics }: Pick<SeriesExplanation, 'metrics'>,
): string | undefined {
  for (const { message } of events.toReversed()) {
    const carries = metrics.some(({ name }) => message.includes(JSON.stringify(name)));
    if (!carries) continue;
    const event = JSON.parse(message);
    const isOwn = metrics.some(
      ({ name, dimensions }) =>
        name in event &&
        Object.entries(dimensions).every(([label, value]) => event[label] === value),
    );
    if (isOwn) return JSON.stringify(event, undefined, 2);
  }
  return undefined;
}
