import type { MetricType } from '../../model/samples/sample.ts';

/** The rules for samples of one suffix in families of one type. */
export interface SampleRule {
  /** The sample's name after the family's. */
  readonly suffix: string;
  /** The label that distinguishes the samples of one point; `family` is the label with the family's name. */
  readonly own?: 'le' | 'quantile' | 'family';
  readonly accepts: (value: number) => boolean;
  /** The accepted values, for the message. */
  readonly expected: string;
  readonly exemplars?: boolean;
  /** The sample only gives the start of the others of its point. */
  readonly start?: boolean;
}

const ANY = { accepts: () => true, expected: 'any value' };
const NOT_NAN = { accepts: (value: number) => !Number.isNaN(value), expected: 'a number' };
const NOT_NEGATIVE = { accepts: (value: number) => !(value < 0), expected: '0 or more, or NaN' };
const TOTAL = { accepts: (value: number) => value >= 0, expected: '0 or more' };
const COUNT = {
  accepts: (value: number) => Number.isInteger(value) && value >= 0,
  expected: 'a whole number, 0 or more',
};
const STATE = { accepts: (value: number) => value === 0 || value === 1, expected: '0 or 1' };
const ONE = { accepts: (value: number) => value === 1, expected: '1' };
const TIME = {
  accepts: (value: number) => value >= 0 && Number.isFinite(value * 1000),
  expected: 'seconds since the epoch',
};

const SUM: SampleRule = { suffix: '_sum', ...TOTAL };
const BUCKET: SampleRule = { suffix: '_bucket', own: 'le', ...COUNT, exemplars: true };
const CREATED: SampleRule = { suffix: '_created', ...TIME, start: true };

/**
 * The samples that families of each type have.
 * https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md#metric-types
 */
const RULES: Readonly<Record<MetricType, readonly SampleRule[]>> = {
  gauge: [{ suffix: '', ...ANY }],
  unknown: [{ suffix: '', ...ANY }],
  counter: [{ suffix: '_total', ...TOTAL, exemplars: true }, CREATED],
  summary: [
    { suffix: '', own: 'quantile', ...NOT_NEGATIVE },
    SUM,
    { suffix: '_count', ...COUNT },
    CREATED,
  ],
  histogram: [BUCKET, SUM, { suffix: '_count', ...COUNT }, CREATED],
  gaugehistogram: [BUCKET, { suffix: '_gsum', ...NOT_NAN }, { suffix: '_gcount', ...COUNT }],
  info: [{ suffix: '_info', ...ONE }],
  stateset: [{ suffix: '', own: 'family', ...STATE }],
};

/** For a sample with the name of its family, although samples of its type have a suffix. */
export const WITHOUT_SUFFIX: SampleRule = { suffix: '', ...ANY };

/** The types in TYPE lines. */
export const TYPES: ReadonlySet<string> = new Set(Object.keys(RULES));

export function isType(word: string): word is MetricType {
  return TYPES.has(word);
}

/** Suffixes of the samples of a type's families; a family of any type may also use its own name. */
export function suffixesOf(type: MetricType): readonly string[] {
  return RULES[type].map(({ suffix }) => suffix);
}

export function ruleOf(type: MetricType, suffix: string): SampleRule {
  return RULES[type].find((rule) => rule.suffix === suffix) ?? WITHOUT_SUFFIX;
}
