import type { TargetSamples } from '../../../model/delivery/sample-output.ts';
import type { DropReason } from '../../../model/samples/drops.ts';
import { type Labels, labelsOf, type Series } from '../../../model/samples/sample.ts';
import type { Step } from '../../../model/waiting/turn.ts';
import {
  areSamePieces,
  bytesOf,
  type Piece,
  type Run,
  runOf,
  sumOfHashes,
} from '../../wire/piece.ts';
import type { SnappyWriter } from '../../wire/snappy-writer.ts';
import { compareNames } from './label-order.ts';
import type { LabelTable, Shape } from './label-table.ts';
import { type LabelRules, sentLabels } from './sent-labels.ts';

/** The shared labels before each own label, and after the last one; undefined for none. */
export type Between = readonly (Run | undefined)[];

const NOTHING_BETWEEN: Between = [];

/** The positions of shared labels among the own labels of a shape. */
interface Plan {
  readonly between: Between;
  /** Bytes of the shared labels. */
  readonly size: number;
  /** The sum of their hashes. */
  readonly hash: number;
}

/** All labels of a series, sorted, as they are sent. */
export interface FoundLabels {
  readonly labels: readonly Piece[];
  /** Absent if the series has only its own labels. */
  readonly plan: Plan | undefined;
}

/** Writes the labels of the series of one target: sorted by name, as receivers may require, each once. */
export class LabelWriter {
  readonly #target: TargetSamples['target'];
  readonly #rules: LabelRules;
  readonly #table: LabelTable;
  readonly #step: Step | undefined;
  readonly #shared: SharedLabels;
  /** For series whose labels metric relabeling has already joined with their target's. */
  readonly #external: SharedLabels;
  /** Of the found series. */
  #labels: readonly Piece[] = [];
  #plan: Plan | undefined;
  #size = 0;
  #hash = 0;
  #reason: DropReason = 'relabeled';

  /** @param step called for each text that a rule reads; an error that it throws ends `find` */
  constructor(target: TargetSamples['target'], rules: LabelRules, table: LabelTable, step?: Step) {
    this.#target = target;
    this.#rules = rules;
    this.#table = table;
    this.#step = step;
    const names = Object.keys(rules.external);
    const replaceable = names.filter((name) => target.labels[name] === undefined);
    const all = labelsOf(rules.external, target.labels);
    this.#shared = new SharedLabels(all, new Set(replaceable), table);
    this.#external = new SharedLabels(rules.external, new Set(names), table);
  }

  /**
   * Finds the labels of a series, to be written next.
   *
   * @returns `false` if the series is not sent, for the `reason`
   */
  find(series: Series): boolean {
    if (this.#rules.relabeling.length === 0) {
      const own = this.#table.ownLabelsOf(series);
      const shared = series.origin === undefined ? this.#shared : this.#external;
      const plan = own.hasEmpty ? undefined : shared.planFor(own.shape);
      if (plan !== undefined) {
        this.#labels = own.labels;
        this.#plan = plan;
        this.#size = own.size + plan.size;
        this.#hash = (own.hash + plan.hash) | 0;
        return true;
      }
    }
    return this.#findJoined(series);
  }

  /** Why the last series that was not found is not sent: relabeling drops it, or would have to read too long a text. */
  get reason(): DropReason {
    return this.#reason;
  }

  /** Bytes of the found labels. */
  get size(): number {
    return this.#size;
  }

  /** The own labels among the found ones, and the shared labels between them. */
  get labels(): readonly Piece[] {
    return this.#labels;
  }

  get between(): Between {
    return this.#plan?.between ?? NOTHING_BETWEEN;
  }

  /** The found labels, for comparison. */
  get found(): FoundLabels {
    return { labels: this.#labels, plan: this.#plan };
  }

  /** Hash of the found labels: equal for equal labels. */
  get hash(): number {
    return this.#hash;
  }

  /** Writes the found labels into a `TimeSeries`. */
  write(writer: SnappyWriter): void {
    const labels = this.#labels;
    const between = this.#plan?.between;
    for (let i = 0; i < labels.length; i++) {
      const before = between?.[i];
      if (before !== undefined) writer.run(before);
      writer.piece(labels[i] as Piece);
    }
    const after = between?.[labels.length];
    if (after !== undefined) writer.run(after);
  }

  /** For labels that need more than sorting. */
  #findJoined(series: Series): boolean {
    const labels = sentLabels(series, this.#target, this.#rules, this.#step);
    if (typeof labels === 'string') {
      this.#reason = labels;
      return false;
    }
    this.#labels = encode(labels, this.#table);
    this.#plan = undefined;
    this.#size = bytesOf(this.#labels);
    this.#hash = sumOfHashes(this.#labels);
    this.#reason = 'relabeled';
    return this.#labels.length > 0;
  }
}

/** Whether two series are the same to a receiver: all of their labels are equal. */
export function areSameLabels(one: FoundLabels, other: FoundLabels): boolean {
  const pieces = piecesOf(one);
  const others = piecesOf(other);
  return (
    pieces.length === others.length &&
    pieces.every((piece, index) => areSamePieces(piece, others[index] as Piece))
  );
}

function piecesOf({ labels, plan }: FoundLabels): readonly Piece[] {
  if (plan === undefined) return labels;
  const all: Piece[] = [];
  for (const [index, run] of plan.between.entries()) {
    if (run !== undefined) all.push(...run.pieces);
    const own = labels[index];
    if (own !== undefined) all.push(own);
  }
  return all;
}

/** Labels that many series share, in addition to their own. */
class SharedLabels {
  readonly #names: readonly string[];
  readonly #labels: readonly Piece[];
  /** Names that a series' own label replaces; any other own name conflicts with the target's. */
  readonly #replaceable: ReadonlySet<string>;
  readonly #runs: Run[] = [];
  readonly #plans = new Map<Shape, Plan | undefined>();
  /** Neighbors usually have the same shape. */
  #lastShape: Shape | undefined;
  #lastPlan: Plan | undefined;

  constructor(labels: Labels, replaceable: ReadonlySet<string>, table: LabelTable) {
    this.#names = namesOf(labels);
    this.#labels = encode(labels, table);
    this.#replaceable = replaceable;
  }

  /** Undefined if sorting is not enough, because the target has a label of the same name. */
  planFor(shape: Shape): Plan | undefined {
    if (shape === this.#lastShape) return this.#lastPlan;
    let plan = this.#plans.get(shape);
    if (plan === undefined && !this.#plans.has(shape)) {
      plan = this.#makePlan(shape);
      this.#plans.set(shape, plan);
    }
    this.#lastShape = shape;
    this.#lastPlan = plan;
    return plan;
  }

  #makePlan(shape: Shape): Plan | undefined {
    const names = this.#names;
    const between: (Run | undefined)[] = [];
    let next = 0;
    for (const name of shape) {
      const from = next;
      while (next < names.length && compareNames(names[next] ?? '', name) < 0) next++;
      between.push(this.#run(from, next));
      if (names[next] !== name) continue;
      if (!this.#replaceable.has(name)) return undefined;
      next++;
    }
    between.push(this.#run(next, names.length));
    return {
      between,
      size: between.reduce((sum, run) => sum + (run?.size ?? 0), 0),
      hash: sumOfHashes(between.flatMap((run) => run?.pieces ?? [])),
    };
  }

  /** The same object for the same labels in any plan, so that their last place is known. */
  #run(from: number, to: number): Run | undefined {
    const pieces = this.#labels.slice(from, to);
    const [first] = pieces;
    if (first === undefined) return undefined;
    const known = this.#runs.find(
      (run) => run.pieces[0] === first && run.pieces.length === to - from,
    );
    if (known !== undefined) return known;
    const run = runOf(pieces);
    this.#runs.push(run);
    return run;
  }
}

/** A label without a value does not exist. */
function encode(labels: Labels, table: LabelTable): Piece[] {
  return namesOf(labels).map((name) => table.label(name, labels[name] ?? ''));
}

function namesOf(labels: Labels): string[] {
  const names = Object.keys(labels).filter((name) => labels[name]);
  return names.sort(compareNames);
}
