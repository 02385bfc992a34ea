import { joinLabels } from '../../model/join-labels.ts';
import { METRIC_NAME, type RelabelRule, relabel } from '../../model/relabel.ts';
import { type Labels, labelsOf, type Series } from '../../model/sample.ts';
import type { TargetSamples } from '../push/samples.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
import { compareNames } from './label-order.ts';

/** Fields of `TimeSeries` and `Label`. */
const LABELS = 1;
const NAME = 1;
const VALUE = 2;

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
  /** As the series has them. */
  readonly names: readonly string[];
  /** Undefined where there is more to it than sorting in: the target has a label of the same name. */
  readonly steps: readonly Step[] | undefined;
}

/** An own label, and which of the shared ones' bytes come before it. */
interface Step {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Writes the labels of the series of one target: sorted by name, as a receiver may insist on, and none twice. */
export class LabelWriter {
  readonly #target: TargetSamples['target'];
  readonly #rules: LabelRules;
  readonly #shared: Shared;
  /** For series that metric relabeling has joined with their target's labels already. */
  readonly #external: Shared;

  constructor(target: TargetSamples['target'], rules: LabelRules) {
    this.#target = target;
    this.#rules = rules;
    const names = Object.keys(rules.external);
    const replaceable = names.filter((name) => target.labels[name] === undefined);
    this.#shared = share(labelsOf(rules.external, target.labels), new Set(replaceable));
    this.#external = share(rules.external, new Set(names));
  }

  /** Writes into a `TimeSeries`. `false`, and nothing written, where relabeling drops the series. */
  write(writer: ProtobufWriter, series: Series): boolean {
    if (this.#rules.relabeling.length === 0) {
      const { length } = writer;
      const shared = series.origin ? this.#external : this.#shared;
      if (merge(writer, shared, series)) return true;
      writer.truncate(length);
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
 * Merges a series' own labels with those that it shares with others. `false`, perhaps with a part written, where that is not
 * all there is to it: a label without a value, or one that the target has, too.
 */
function merge(writer: ProtobufWriter, shared: Shared, { name: metric, labels }: Series): boolean {
  const names = Object.keys(labels);
  let { plan } = shared;
  if (plan === undefined || !areSame(plan.names, names)) {
    plan = { names, steps: stepsFor(names, shared) };
    shared.plan = plan;
  }
  if (plan.steps === undefined) return false;
  for (const { name, from, to } of plan.steps) {
    if (from < to) writer.raw(shared.encoded, from, to);
    if (name === '') break;
    const value = name === METRIC_NAME ? metric : labels[name];
    if (!value) return false;
    writeLabel(writer, name, value);
  }
  return true;
}

function areSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}

/** One for each own label, that of the metric's name included, and a last one without a name for what comes after. */
function stepsFor(own: readonly string[], shared: Shared): Step[] | undefined {
  const { names, offsets, replaceable } = shared;
  const at = (index: number): number => offsets[index] ?? 0;
  const steps: Step[] = [];
  let next = 0;
  for (const name of [...own, METRIC_NAME].sort(compareNames)) {
    const from = at(next);
    while (next < names.length && compareNames(names[next] ?? '', name) < 0) next++;
    steps.push({ name, from, to: at(next) });
    if (names[next] !== name) continue;
    if (!replaceable.has(name)) return undefined;
    next++;
  }
  steps.push({ name: '', from: at(next), to: at(names.length) });
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

function writeLabel(writer: ProtobufWriter, name: string, value: string): void {
  const label = writer.begin(LABELS);
  writer.string(NAME, name);
  writer.string(VALUE, value);
  writer.end(label);
}
