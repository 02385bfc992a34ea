import type { Drops } from '../model/samples/drops.ts';
import type { GroupedMetric, MetricGroup } from '../model/samples/metric-group.ts';
import { type Labels, labelsOf } from '../model/samples/sample.ts';
import {
  CONTAINER_LABEL,
  FAMILY_LABEL,
  SERVICE_LABEL,
  TASK_LABEL,
} from '../model/settings/names.ts';
import type { Destination } from './encode.ts';
import { keptLabels } from './kept-labels.ts';
import { MAX_VALUES_PER_METRIC } from './limits.ts';
import { MergedMetric } from './merged-metric.ts';

const MINUTE_MS = 60_000;

/** Labels that tell events apart, even if their targets have them. */
const OWNERS: ReadonlySet<string> = new Set([SERVICE_LABEL, FAMILY_LABEL, CONTAINER_LABEL]);

/** Labels of series that name the task, or one container of it. */
const OF_ONE_TASK: ReadonlySet<string> = new Set([TASK_LABEL, 'TaskArn', 'container_id']);

/** Whose values are merged: one target. */
export interface Owner {
  /** Gets what finds no room in an event. */
  readonly drops: Drops;
}

/** Values of several tasks that fit into one event. */
export interface MergedGroup<O extends Owner> {
  readonly group: MetricGroup;
  readonly destination: Destination;
  /** Those with values in it; at least one. */
  readonly owners: ReadonlySet<O>;
}

/** Values of several tasks, for one event or more. */
interface Open<O extends Owner> {
  readonly destination: Destination;
  /** Those that all tasks share. */
  readonly labels: Record<string, string>;
  timestamp: number;
  readonly metrics: Map<string, MergedMetric<O>>;
}

/** Whether values of other tasks may be in the same event: no metric has a dimension of the task. */
export function isMergeable({ labels, metrics }: MetricGroup): boolean {
  if (labels[TASK_LABEL] === undefined) return false;
  return metrics.every(
    ({ publications }) =>
      publications.length > 0 &&
      publications.every(
        ({ dimensions, storageResolution }) =>
          storageResolution !== 1 && dimensions.every((set) => !set.includes(TASK_LABEL)),
      ),
  );
}

/**
 * Collects the values of tasks that share a service, or family, and a container, for events of a hundred values. An event keeps the
 * labels that all of its tasks share.
 */
export class MergedGroups<O extends Owner> {
  readonly #open = new Map<string, Open<O>[]>();
  #weight = 0;

  /** Grows with the memory that they take, by 1 for each value. */
  get weight(): number {
    return this.#weight;
  }

  /**
   * @param group for which `isMergeable` is true
   * @param ofTarget labels of its target
   */
  add(group: MetricGroup, ofTarget: Labels, destination: Destination, owner: O): void {
    const visible = visibleLabels(group);
    const key = keyOf(group, visible, ofTarget, destination);
    const all = this.#open.get(key) ?? [];
    this.#open.set(key, all);
    const hasRoom = ({ metrics }: Open<O>) =>
      group.metrics.every((metric) => metrics.get(metric.name)?.isAlike(metric) ?? true);
    let open = all.find(hasRoom);
    if (open === undefined) {
      open = { destination, labels: labelsOf(visible), timestamp: 0, metrics: new Map() };
      all.push(open);
    }
    for (const [name, value] of Object.entries(open.labels)) {
      if (visible[name] !== value) delete open.labels[name];
    }
    open.timestamp = Math.max(open.timestamp, group.timestamp);
    for (const metric of group.metrics) {
      const merged = open.metrics.get(metric.name) ?? new MergedMetric<O>(metric);
      open.metrics.set(metric.name, merged);
      this.#weight += merged.add(metric, group.labels[TASK_LABEL] ?? '', owner);
    }
  }

  /** All of them, each for one event unless that would be too large. */
  takeAll(): readonly MergedGroup<O>[] {
    const groups = [...this.#open.values()].flat().flatMap(divided);
    this.#open.clear();
    this.#weight = 0;
    return groups;
  }
}

/** The parts of as many values as an event may have for a metric. */
function divided<O extends Owner>({
  destination,
  labels,
  timestamp,
  metrics,
}: Open<O>): MergedGroup<O>[] {
  const isOfOne = labels[TASK_LABEL] !== undefined;
  const parts: { metrics: GroupedMetric[]; owners: Set<O> }[] = [];
  for (const merged of metrics.values()) {
    for (const [index, { metric, owners }] of merged.parts(MAX_VALUES_PER_METRIC).entries()) {
      const part = parts[index] ?? { metrics: [], owners: new Set() };
      parts[index] = part;
      part.metrics.push(isOfOne ? { ...metric, tasks: undefined } : metric);
      for (const owner of owners) part.owners.add(owner);
    }
  }
  return parts.map(({ metrics: own, owners }) => ({
    group: { labels, timestamp, metrics: own },
    destination,
    owners,
  }));
}

/** The labels that an event of this group alone would have. */
function visibleLabels({ labels, metrics }: MetricGroup): Record<string, string> {
  const kept = new Set<string>();
  for (const { publications } of metrics) {
    const own = keptLabels(publications);
    for (const name of own === 'all' ? Object.keys(labels) : own) kept.add(name);
  }
  const visible: Record<string, string> = labelsOf();
  for (const [name, value] of Object.entries(labels)) if (kept.has(name)) visible[name] = value;
  return visible;
}

/** Equal for values that may be in the same event. */
function keyOf(
  { labels, timestamp, metrics }: MetricGroup,
  visible: Labels,
  ofTarget: Labels,
  destination: Destination,
): string {
  const dimensions = new Set(
    metrics.flatMap(({ publications }) => publications.flatMap((each) => each.dimensions.flat())),
  );
  const isApart = (name: string) =>
    dimensions.has(name) ||
    OWNERS.has(name) ||
    (ofTarget[name] !== labels[name] && !OF_ONE_TASK.has(name));
  const apart = Object.keys(visible)
    .filter(isApart)
    .sort()
    .map((name) => [name, visible[name]]);
  // A number replaces a label of its name, which may be the dimension of another metric.
  const alone = metrics.filter(({ name }) => labels[name] !== undefined).map(({ name }) => name);
  return JSON.stringify([destination, Math.floor(timestamp / MINUTE_MS), apart, alone]);
}
