import type { Family } from '../exposition/family.ts';

/** Displaced connections and lost points, by reason. A reason that never occurred has no row. */
export interface Losses {
  readonly connections: ReadonlyMap<string, number>;
  readonly points: ReadonlyMap<string, number>;
  readonly elements: ReadonlyMap<string, number>;
}

/** The series about the sidecar's own limits. */
export function lossFamilies({ connections, points, elements }: Losses): Family[] {
  return [
    lossFamily(
      'ee_exporter_connections_displaced_total',
      'Unanswered connections that the server closed in favor of new ones, by their state.',
      'state',
      connections,
    ),
    lossFamily(
      'ee_exporter_history_points_lost_total',
      'Points that the history dropped before they were 15 minutes old, or never took.',
      'reason',
      points,
    ),
    lossFamily(
      'ee_exporter_elements_skipped_total',
      'Elements of the documents of all tasks, and containers in them, that were passed over at a poll.',
      'reason',
      elements,
    ),
  ];
}

function lossFamily(
  name: string,
  help: string,
  label: string,
  counts: ReadonlyMap<string, number>,
): Family {
  const rows = [...counts].map(([why, value]) => ({ labels: { [label]: why }, value }));
  return { name, type: 'counter', help, rows };
}
