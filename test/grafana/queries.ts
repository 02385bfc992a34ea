import { FILES, readDashboard, type Variable } from './dashboard.ts';

/** A query of a dashboard. */
export interface Query {
  /** `FILE: PANEL, ID`; of two panels with the same title the first one has it. */
  readonly name: string;
  readonly promql: string;
  /** What may be in it. */
  readonly variables: readonly Variable[];
}

/** The queries of all panels. */
export const QUERIES: readonly Query[] = FILES.flatMap((file) => {
  const { panels, templating } = readDashboard(file);
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr }) => ({
      name: `${file}: ${title}, ${refId}`,
      promql: expr,
      variables: templating.list,
    })),
  );
});

/** @throws Error where no dashboard has it */
export function queryOf(name: string): Query {
  const query = QUERIES.find((each) => each.name === name);
  if (query === undefined) throw new Error(`there is no query ${name}`);
  return query;
}
