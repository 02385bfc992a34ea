import type { Family } from '../exposition/family.ts';

/** Displaced connections and lost points, by reason. A reason that never occurred has no row. */
export interface Losses {
  readonly connections: ReadonlyMap<string, number>;
  readonly points: ReadonlyMap<string, number>;
}

/** The series about the sidecar's own limits. */
export function lossFamilies({ connections, points }: Losses): Family[] {
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
