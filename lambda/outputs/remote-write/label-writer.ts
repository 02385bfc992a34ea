import { joinLabels } from '../../model/join-labels.ts';
import { METRIC_NAME, type RelabelRule, relabel } from '../../model/relabel.ts';
import { type Labels, labelsOf, type Series } from '../../model/sample.ts';
import type { TargetSamples } from '../../model/sample-output.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
import type { SeriesCache } from '../wire/series-cache.ts';
import { compareNames } from './label-order.ts';
import { type OwnLabels, writeLabel } from './own-labels.ts';

/** What is done to the labels of all series. */
export interface LabelRules {
  /** Added to the series that have no label of that name. */
  readonly external: Labels;
  readonly relabeling: readonly RelabelRule[];
}

/** Labels, sorted by name and encoded, that many series share. */
interface Shared {
  readonly names: readonly string[];
  readonly encoded: Uint8Array;
  /** Where each of them begins, and at last where all end. */
  readonly offsets: readonly number[];
  /** Names that a series' own label replaces; in other names it clashes with the target's. */
  readonly replaceable: ReadonlySet<string>;
  /** The one that was made last: neighbours mostly have labels of the same names. */
  plan?: Plan;
}

/** How own labels of certain names are sorted in among the shared ones. */
interface Plan {
  /** Sorted. */
  readonly names: readonly string[];
  /** Undefined where there is more to it than sorting in: the target has a label of the same name. */
  readonly steps: readonly Step[] | undefined;
}

/** Which of the shared ones' bytes come before an own label. */
interface Step {
  readonly from: number;
  readonly to: number;
}

/** Writes the labels of the series of one target: sorted by name, as a receiver may insist on, and none twice. */
export class LabelWriter {
  readonly #target: TargetSamples['target'];
  readonly #rules: LabelRules;
  readonly #own: SeriesCache<OwnLabels>;
  readonly #shared: Shared;
  /** For series that metric relabeling has joined with their target's labels already. */
  readonly #external: Shared;

  constructor(target: TargetSamples['target'], rules: LabelRules, own: SeriesCache<OwnLabels>) {
    this.#target = target;
    this.#rules = rules;
    this.#own = own;
    const names = Object.keys(rules.external);
    const replaceable = names.filter((name) => target.labels[name] === undefined);
    this.#shared = share(labelsOf(rules.external, target.labels), new Set(replaceable));
    this.#external = share(rules.external, new Set(names));
  }

  /** Writes into a `TimeSeries`. `false`, and nothing written, where relabeling drops the series. */
  write(writer: ProtobufWriter, series: Series): boolean {
    if (this.#rules.relabeling.length === 0) {
      const shared = series.origin ? this.#external : this.#shared;
      if (merge(writer, shared, this.#own.of(series))) return true;
    }
    return this.#writeJoined(writer, series);
  }

  /** The way for labels that need more than to be sorted in. */
  #writeJoined(writer: ProtobufWriter, series: Series): boolean {
    const { external, relabeling } = this.#rules;
    const own = series.origin ? series.labels : joinLabels(series.labels, this.#target);
    const all = labelsOf(external, own, { [METRIC_NAME]: series.name });
    const labels = relabeling.length === 0 ? all : relabel(all, relabeling);
    if (labels === undefined) return false;
    const names = Object.keys(labels).filter((name) => labels[name]);
    for (const name of names.sort(compareNames)) writeLabel(writer, name, labels[name] ?? '');
    return names.length > 0;
  }
}

/**
 * Merges a series' own labels with those that it shares with others. `false`, and nothing written, where that is not all there
 * is to it: a label without a value, or one that the target has, too.
 */
function merge(writer: ProtobufWriter, shared: Shared, own: OwnLabels): boolean {
  if (own.hasEmpty) return false;
  let { plan } = shared;
  if (plan === undefined || !areSame(plan.names, own.names)) {
    plan = { names: own.names, steps: stepsFor(own.names, shared) };
    shared.plan = plan;
  }
  if (plan.steps === undefined) return false;
  let index = 0;
  for (const { from, to } of plan.steps) {
    if (from < to) writer.raw(shared.encoded, from, to);
    // After the last step there is no label any more.
    if (index < own.names.length) {
      writer.raw(own.encoded, own.offsets[index], own.offsets[index + 1]);
    }
    index += 1;
  }
  return true;
}

function areSame(one: readonly string[], other: readonly string[]): boolean {
  if (one === other) return true;
  return one.length === other.length && one.every((name, index) => name === other[index]);
}

/** One for each own label, and a last one for what comes after. */
function stepsFor(own: readonly string[], shared: Shared): Step[] | undefined {
  const { names, offsets, replaceable } = shared;
  const at = (index: number): number => offsets[index] ?? 0;
  const steps: Step[] = [];
  let next = 0;
  for (const name of own) {
    const from = at(next);
    while (next < names.length && compareNames(names[next] ?? '', name) < 0) next++;
    steps.push({ from, to: at(next) });
    if (names[next] !== name) continue;
    if (!replaceable.has(name)) return undefined;
    next++;
  }
  steps.push({ from: at(next), to: at(names.length) });
  return steps;
}

function share(labels: Labels, replaceable: ReadonlySet<string>): Shared {
  const names = Object.keys(labels).filter((name) => labels[name]);
  const writer = new ProtobufWriter();
  const offsets = [0];
  for (const name of names.sort(compareNames)) {
    writeLabel(writer, name, labels[name] ?? '');
    offsets.push(writer.length);
  }
  return { names, encoded: writer.bytes().slice(), offsets, replaceable };
}
