import { quote } from '../../model/samples/quote.ts';
import type { FamilyText, MetricType } from '../../model/samples/sample.ts';
import type { SampleKind } from '../tokens/sample-kind.ts';

/** Bytes that a metric name costs beside its own. */
const NAME_OVERHEAD = 240;

/** Suffixes by which a sample's name may extend the name of its family, and the types of family that have such samples. */
const TYPES_BY_SUFFIX: ReadonlyMap<string, readonly MetricType[]> = new Map([
  ['_count', ['summary', 'histogram', 'gaugehistogram']],
  ['_sum', ['summary', 'histogram', 'gaugehistogram']],
  ['_bucket', ['histogram', 'gaugehistogram']],
  ['_gcount', ['gaugehistogram']],
  ['_gsum', ['gaugehistogram']],
  ['_total', ['counter']],
]);

const TYPES_WITH_SUFFIXES: ReadonlySet<MetricType> = new Set([...TYPES_BY_SUFFIX.values()].flat());

/**
 * A metric name, and what the exposition at hand has said so far about the family of that name. There is one for each
 * name, so who keeps it need not look for the name again. Only `Families` makes and changes it.
 */
export interface Family {
  readonly name: string;
  /** The last exposition that mentions the family. What follows is about that one, and out of date in any other. */
  exposition: number;
  type: MetricType;
  typed: boolean;
  helped: boolean;
  sampled: boolean;
  /** The last exposition with a sample that could be the family's by its suffix, were the family of another type. */
  missedIn: number;
  readonly kinds: SampleKind<Family>[];
  /** The family that a sample of this name may belong to because of its suffix, if it is of one of `baseTypes`. */
  base: Family | undefined;
  baseTypes: readonly MetricType[];
  /** Whether `base` was looked up: it is for what lines name, but not in turn for their bases. */
  linked: boolean;
}

/** A HELP or a TYPE line. An empty one says no more than the family's name. */
export type FamilyComment =
  | {
      readonly keyword: 'HELP';
      readonly family: Family;
      readonly empty: boolean;
      /** Absent where the line has none, or it is not kept. */
      readonly text: FamilyText | undefined;
    }
  | {
      readonly keyword: 'TYPE';
      readonly family: Family;
      /** `undefined` where the line has none. */
      readonly type: MetricType | undefined;
    };

/** The families of one exposition after the other: which TYPE applies to a sample's name. */
export class Families {
  /** Whether there may be gauges `x_created`, which say when `x` began to count. */
  tellsStarts = false;
  private readonly byName = new Map<string, Family>();
  private exposition = 0;
  private nameBytes = 0;
  private late: Map<string, MetricType> | undefined;

  /** Names that have ever been asked for. */
  get size(): number {
    return this.byName.size;
  }

  get bytes(): number {
    return this.byName.size * NAME_OVERHEAD + this.nameBytes;
  }

  /** Begins an exposition: no family has been mentioned yet. */
  begin(): void {
    this.exposition++;
    this.tellsStarts = false;
    this.late = undefined;
  }

  /** The types by their families' names that came after samples of them. Absent: all came before. */
  get lateTypes(): ReadonlyMap<string, MetricType> | undefined {
    return this.late;
  }

  /** Gives families of the exposition at hand their types, as if TYPE lines had come first. */
  preset(types: ReadonlyMap<string, MetricType>): void {
    for (const [name, type] of types) this.setType(this.mentioned(this.named(name)), type);
  }

  /** What is known of a name that a line has. */
  named(name: string): Family {
    const family = this.byName.get(name) ?? this.add(name);
    if (!family.linked) this.link(family);
    return family;
  }

  /**
   * The family that a sample of this name belongs to: the one of that very name, else the one whose type gives its
   * samples the name's suffix, else a new one of unknown type. It has samples from now on.
   */
  sampled(name: Family): Family {
    const { base } = name;
    const extended =
      name.exposition !== this.exposition &&
      base?.exposition === this.exposition &&
      name.baseTypes.includes(base.type);
    const family = extended ? base : this.mentioned(name);
    family.sampled = true;
    if (!extended && base !== undefined) base.missedIn = this.exposition;
    return family;
  }

  /**
   * Takes in a HELP or TYPE line. Of several the first counts.
   *
   * @returns the rule that the line breaks
   */
  declare(comment: FamilyComment): string | undefined {
    const family = this.mentioned(comment.family);
    if (comment.keyword === 'HELP') {
      if (comment.empty) return undefined;
      if (family.helped) return `second HELP line for metric name ${quote(family.name)}`;
      family.helped = true;
      return undefined;
    }
    const { type } = comment;
    if (type === undefined) return undefined;
    if (family.typed) return `second TYPE line for metric name ${quote(family.name)}`;
    const isLate = family.sampled || this.missesSamples(family, type);
    if (isLate) this.late = (this.late ?? new Map()).set(family.name, type);
    this.setType(family, type);
    return isLate ? `TYPE line for metric name ${quote(family.name)} after its samples` : undefined;
  }

  /** Whether samples that were taken for others would have been the family's by the suffixes of a type. */
  private missesSamples({ missedIn }: Family, type: MetricType): boolean {
    return missedIn === this.exposition && TYPES_WITH_SUFFIXES.has(type);
  }

  private setType(family: Family, type: MetricType): void {
    family.type = type;
    family.typed = true;
    if (type === 'gauge' && family.name.endsWith('_created')) this.tellsStarts = true;
  }

  /** A family that the exposition at hand mentions, be it for the first time. */
  private mentioned(family: Family): Family {
    if (family.exposition !== this.exposition) {
      family.exposition = this.exposition;
      family.type = 'unknown';
      family.typed = false;
      family.helped = false;
      family.sampled = false;
    }
    return family;
  }

  private add(name: string): Family {
    const family: Family = {
      name,
      exposition: 0,
      type: 'unknown',
      typed: false,
      helped: false,
      sampled: false,
      missedIn: 0,
      kinds: [],
      base: undefined,
      baseTypes: [],
      linked: false,
    };
    this.byName.set(name, family);
    this.nameBytes += name.length;
    return family;
  }

  private link(family: Family): void {
    const { name } = family;
    family.linked = true;
    const suffix = name.lastIndexOf('_');
    const baseTypes = suffix > 0 ? TYPES_BY_SUFFIX.get(name.slice(suffix)) : undefined;
    if (baseTypes === undefined) return;
    const baseName = name.slice(0, suffix);
    family.base = this.byName.get(baseName) ?? this.add(baseName);
    family.baseTypes = baseTypes;
  }
}
