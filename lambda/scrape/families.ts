import type { MetricType } from '../model/sample.ts';

/** What an exposition has said about one family so far. */
export interface Family {
  readonly name: string;
  type: MetricType;
  typed: boolean;
  helped: boolean;
  sampled: boolean;
}

/** Suffixes of the samples of a family whose own name they extend, by the family's type. */
const SUFFIXES: Readonly<Partial<Record<MetricType, readonly string[]>>> = {
  summary: ['_count', '_sum'],
  histogram: ['_count', '_sum', '_bucket'],
  gaugehistogram: ['_gcount', '_gsum', '_count', '_sum', '_bucket'],
  counter: ['_total'],
};

const LONGEST_SUFFIX = '_gcount'.length;

/** The families of one exposition: which TYPE applies to a sample's name. */
export class Families {
  readonly #byName = new Map<string, Family>();
  /** What `of` was last asked, and its answer: samples of one name come together. */
  #name = '';
  #family: Family | undefined;

  /**
   * The family that a sample of this name belongs to: the one of that very name, else the one whose type gives its
   * samples the name's suffix, else a new one of unknown type.
   */
  of(name: string): Family {
    if (this.#family !== undefined && this.#name === name) return this.#family;
    this.#name = name;
    this.#family = this.#byName.get(name) ?? this.#extendedBy(name) ?? this.#add(name);
    return this.#family;
  }

  /** The family that a HELP or TYPE line names. */
  declared(name: string): Family {
    this.#family = undefined;
    return this.#byName.get(name) ?? this.#add(name);
  }

  #extendedBy(name: string): Family | undefined {
    const at = name.lastIndexOf('_');
    if (at <= 0 || name.length - at > LONGEST_SUFFIX) return undefined;
    const family = this.#byName.get(name.slice(0, at));
    return family && SUFFIXES[family.type]?.includes(name.slice(at)) ? family : undefined;
  }

  #add(name: string): Family {
    const family: Family = {
      name,
      type: 'unknown',
      typed: false,
      helped: false,
      sampled: false,
    };
    this.#byName.set(name, family);
    return family;
  }
}
