import { describe, expect, it } from '@jest/globals';
import { type Dashboard, FILES, type Panel, readDashboard } from './dashboard.ts';

/** Columns of Grafana's grid. */
const COLUMNS = 24;

const SOURCE = { type: 'prometheus', uid: '$datasource' };

/** What Grafana itself puts in, and a group of a regular expression. */
const BUILT_IN = ['__rate_interval', '__range', '__all', '1'];

const dashboards = FILES.map((file) => [file, readDashboard(file)] as const);

function shown({ panels }: Dashboard): readonly Panel[] {
  return panels.filter(({ type }) => type !== 'row');
}

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

it('there are the two that the documentation names, each with an id of its own', () => {
  expect(FILES.sort()).toEqual(['nodejs-application.json', 'task-overview.json']);
  expect(new Set(dashboards.map(([, { uid }]) => uid)).size).toBe(FILES.length);
});

describe.each(dashboards)('%s', (_, dashboard) => {
  it('has panels with ids and places of their own', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const [index, panel] of panels.entries()) {
      expect(panel.gridPos.x + panel.gridPos.w).toBeLessThanOrEqual(COLUMNS);
      const others = panels.slice(index + 1).filter((other) => overlap(panel, other));
      expect(others.map(({ title }) => `${panel.title} over ${title}`)).toEqual([]);
    }
  });

  it('fills each of its lines', () => {
    for (const line of Map.groupBy(dashboard.panels, ({ gridPos }) => gridPos.y).values()) {
      expect(line.reduce((sum, { gridPos }) => sum + gridPos.w, 0)).toBe(COLUMNS);
      expect(new Set(line.map(({ gridPos }) => gridPos.h)).size).toBe(1);
    }
  });

  it('asks the data source that is chosen, everywhere', () => {
    const panels = shown(dashboard);
    const targets = panels.flatMap((panel) => panel.targets ?? []);
    const variables = dashboard.templating.list.filter(({ type }) => type === 'query');
    for (const { datasource } of [...panels, ...targets, ...variables]) {
      expect(datasource).toEqual(SOURCE);
    }
  });

  it('is chosen by data source, cluster, service and task', () => {
    const names = dashboard.templating.list.map(({ name }) => name);
    expect(names.slice(0, 4)).toEqual(['datasource', 'cluster', 'service', 'task']);
  });

  it.each(shown(dashboard).map((panel) => [panel.title, panel] as const))(
    '%s has a unit, thresholds, a legend, and queries of what is chosen',
    (__, { targets = [], fieldConfig, type, options }) => {
      expect(fieldConfig?.defaults.unit).toMatch(/^\w+$/);
      expect(fieldConfig?.defaults.thresholds?.steps.length).toBeGreaterThan(0);
      if (type === 'timeseries') expect(options?.legend?.showLegend).toBe(true);
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
      expect(targets.length).toBeGreaterThan(0);
      for (const { expr, legendFormat, interval } of targets) {
        if (type === 'timeseries') expect(legendFormat).not.toBe('');
        for (const name of ['$cluster', '$service', '$task']) expect(expr).toContain(`"${name}"`);
        // Else the span of a rate follows from a setting of the data source, which is 15 s.
        expect(interval).toBe(expr.includes('$__rate_interval') ? '1m' : undefined);
      }
    },
  );

  it('knows all variables that it uses', () => {
    const known = [...BUILT_IN, ...dashboard.templating.list.map(({ name }) => name)];
    const used = [...JSON.stringify(dashboard).matchAll(/\$\{?(\w+)/g)].map(([, name]) => name!);
    expect(used.filter((name) => !known.includes(name))).toEqual([]);
  });
});
