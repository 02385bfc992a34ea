import { quote } from '../../model/samples/quote.ts';
import type { FamilyText, MetricType } from '../../model/samples/sample.ts';
import type { SampleKind } from '../tokens/sample-kind.ts';

/** Bytes of a metric name beside its own. */
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

/** The last characters of the suffixes. */
const MAYBE_LAST: ReadonlySet<number> = new Set(
  [...TYPES_BY_SUFFIX.keys()].map((suffix) => suffix.charCodeAt(suffix.length - 1)),
);

const TYPES_WITH_SUFFIXES: ReadonlySet<MetricType> = new Set([...TYPES_BY_SUFFIX.values()].flat());

/**
 * A metric name, with the facts that the current exposition has given so far about its family. There is one object for
 * each name, so its holder need not look it up again. Only `Families` makes and changes it.
 */
export interface Family {
  readonly name: string;
  /** The last exposition that mentions the family. The members below belong to that one, and are out of date in any other. */
  exposition: number;
  type: MetricType;
  typed: boolean;
  helped: boolean;
  sampled: boolean;
  /** The last exposition with a sample whose suffix would fit the family if it had another type. */
  missedIn: number;
  readonly kinds: SampleKind<Family>[];
  /** The family that a sample of this name belongs to by its suffix, if that has one of `baseTypes`. */
  base: Family | undefined;
  baseTypes: readonly MetricType[];
  /** Whether `base` was looked up: only for names in lines, not for their bases. */
  linked: boolean;
}

/** A HELP or a TYPE line. An empty one gives only the family's name. */
export type FamilyComment =
  | {
      readonly keyword: 'HELP';
      readonly family: Family;
      readonly empty: boolean;
      /** Absent without one, or if it is not kept. */
      readonly text: FamilyText | undefined;
    }
  | {
      readonly keyword: 'TYPE';
      readonly family: Family;
      /** `undefined` without one. */
      readonly type: MetricType | undefined;
    };

/** The families of one exposition after the other: finds the TYPE of a sample's name. */
export class Families {
  /** Whether there may be gauges `x_created` with the start of `x`. */
  tellsStarts = false;
  private readonly byName = new Map<string, Family>();
  private exposition = 0;
  private nameBytes = 0;
  private late: Map<string, MetricType> | undefined;

  /** Number of known names. */
  get size(): number {
    return this.byName.size;
  }

  get bytes(): number {
    return this.byName.size * NAME_OVERHEAD + this.nameBytes;
  }

  /** Begins an exposition, without any family. */
  begin(): void {
    this.exposition++;
    this.tellsStarts = false;
    this.late = undefined;
  }

  /** Types that came after samples of their family, by family. Absent without any. */
  get lateTypes(): ReadonlyMap<string, MetricType> | undefined {
    return this.late;
  }

  /** Sets the types of families in the current exposition, as if their TYPE lines came first. */
  preset(types: ReadonlyMap<string, MetricType>): void {
    for (const [name, type] of types) this.setType(this.mentioned(this.named(name)), type);
  }

  /** The object of a name. */
  named(name: string): Family {
    const family = this.byName.get(name) ?? this.add(name);
    if (!family.linked) this.link(family);
    return family;
  }

  /**
   * The family of a sample with this name: the one of that name, else the one whose type has the name's suffix, else a
   * new one of unknown type. It has samples from now on.
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
   * Takes a HELP or TYPE line. The first one of a family counts.
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

  /** Whether samples of other families would belong to this one by the suffixes of a type. */
  private missesSamples({ missedIn }: Family, type: MetricType): boolean {
    return missedIn === this.exposition && TYPES_WITH_SUFFIXES.has(type);
  }

  private setType(family: Family, type: MetricType): void {
    family.type = type;
    family.typed = true;
    if (type === 'gauge' && family.name.endsWith('_created')) this.tellsStarts = true;
  }

  /** A family that the current exposition mentions. */
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
    // Most names have none of the suffixes, and a text to look for one would be the dearest part of a new name.
    if (!MAYBE_LAST.has(name.charCodeAt(name.length - 1))) return;
    const suffix = name.lastIndexOf('_');
    const baseTypes = suffix > 0 ? TYPES_BY_SUFFIX.get(name.slice(suffix)) : undefined;
    if (baseTypes === undefined) return;
    const baseName = name.slice(0, suffix);
    family.base = this.byName.get(baseName) ?? this.add(baseName);
    family.baseTypes = baseTypes;
  }
}
