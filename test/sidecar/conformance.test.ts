import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { JsonObject } from '../../sidecar/documents/json.ts';
import { readStats } from '../../sidecar/documents/stats.ts';
import { readTask } from '../../sidecar/documents/task.ts';
import { type Observation, observe } from '../../sidecar/figures/observation.ts';
import { describeWithFixtures, FIXTURES, fixtureJson } from '../fixtures.ts';
import { type ReadRow, readText } from './exposition/read-text.ts';
import { pageOf } from './sample-page.ts';

const TOLERANCE = 1e-9;

type Expected = { readonly absent: readonly string[] } & Readonly<Record<string, ReadRow[]>>;

/** Milliseconds; only ages and windows depend on it, which no case judges. */
const NOW = 1_800_000_000_000;

describeWithFixtures('The figures of the fixture documents', 'task-metadata', () => {
  for (const name of foldersIn('task-metadata').filter((folder) => folder !== 'two-samples')) {
    const folder = join('task-metadata', name);
    it(`are right after one poll: ${name}`, () => judge(folder, observeFolder(folder, '')));
  }
});

describeWithFixtures('The figures of two successive samples', 'task-metadata/two-samples', () => {
  for (const name of foldersIn('task-metadata/two-samples')) {
    const folder = join('task-metadata/two-samples', name);
    it(`are right after the second: ${name}`, () => {
      const first = observeFolder(folder, '-1');
      judge(folder, observeFolder(folder, '-2', first));
    });
  }
});

function foldersIn(folder: string): string[] {
  return readdirSync(join(FIXTURES, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function observeFolder(folder: string, suffix: string, before?: Observation): Observation {
  const task = readTask(fixtureJson<JsonObject>(folder, `task${suffix}.json`));
  const stats = fixtureJson<JsonObject>(folder, `stats${suffix}.json`);
  return observe(before, task, readStats(stats, task.launchType), NOW);
}

/** Every listed family has exactly the listed rows; every absent one has none. */
function judge(folder: string, observation: Observation): void {
  const { absent, ...listed } = fixtureJson<Expected>(folder, 'expected.json');
  const text = pageOf(observation, NOW);
  const families = readText(text);
  const differences: string[] = [];
  for (const [name, rows] of Object.entries(listed)) {
    const given = byLabels(families.get(name)?.rows ?? []);
    const expected = byLabels(rows);
    for (const [labels, value] of expected) {
      if (!isClose(given.get(labels), value)) {
        differences.push(`${name}${labels}: expected ${value}, given ${given.get(labels)}`);
      }
    }
    for (const [labels, value] of given) {
      if (!expected.has(labels)) differences.push(`${name}${labels}: not expected, given ${value}`);
    }
  }
  for (const name of absent) {
    if (families.has(name)) differences.push(`${name}: expected to be absent`);
  }
  expect(Object.keys(listed).length).toBeGreaterThan(0);
  expect(differences).toEqual([]);
}

function byLabels(rows: readonly ReadRow[]): Map<string, number> {
  return new Map(
    rows.map(({ labels, value }) => [
      JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))),
      value,
    ]),
  );
}

function isClose(given: number | undefined, expected: number): boolean {
  return given !== undefined && Math.abs(given - expected) <= TOLERANCE * Math.abs(expected);
}
