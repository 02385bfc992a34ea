import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GRAFANA_DIRECTORY } from '../../infra/build/paths.ts';

/** Names of their files. */
export const FILES = readdirSync(GRAFANA_DIRECTORY).filter((file) => file.endsWith('.json'));

/** A dashboard as Grafana imports it, as far as it is looked at. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: Datasource;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly Target[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly thresholds?: { readonly steps: readonly unknown[] };
    };
  };
  readonly options?: { readonly legend?: { readonly showLegend: boolean } };
}

export interface Target {
  readonly refId: string;
  readonly datasource: Datasource;
  readonly expr: string;
  readonly legendFormat: string;
  readonly interval?: string;
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly datasource?: Datasource;
  /** A function of PromQL where the type is `query`, else the value. */
  readonly query: string | { readonly query: string };
  /** What is shown of each row of a query. */
  readonly regex?: string;
  /** What stands for all values. */
  readonly allValue?: string;
}

export interface Datasource {
  readonly type: string;
  readonly uid: string;
}

export function readDashboard(file: string): Dashboard {
  return JSON.parse(readFileSync(join(GRAFANA_DIRECTORY, file), 'utf8'));
}
