import { quote } from '../../model/samples/quote.ts';
import type { Series, Wanted } from '../../model/samples/sample.ts';
import type { SeriesLine } from '../lines/series.ts';
import { readFloat } from '../tokens/float.ts';
import { kindOf, type SampleKind } from '../tokens/sample-kind.ts';
import type { Descriptor, Metric, MetricName, OpenMetricsFamilies } from './families.ts';
import { ruleOf, type SampleRule, WITHOUT_SUFFIX } from './rules.ts';

/**
 * Bytes of a line beside its key: its place in the table, its meaning and, if it is wanted, its series with the texts
 * of its labels.
 */
const LINE_OVERHEAD = 288;
const UNWANTED_LINE_OVERHEAD = 184;

/** The meaning of a sample line. */
export interface SampleMeaning {
  readonly kind: SampleKind<MetricName>;
  /** Present if it is wanted. */
  readonly series: Series | undefined;
  readonly metric: Metric;
  readonly rule: SampleRule;
  /** `le` of a bucket. */
  readonly bound: number;
  /** The fault of its name and labels, for any value. */
  readonly fault: string | undefined;
}

/** The meaning of a line. */
export type OpenMetricsMeaning = SampleMeaning | Descriptor;

/**
 * The meaning of a sample line.
 *
 * @param family family of the name
 * @param wanted as in `DecodeOptions`
 */
export function meaningOf(
  { name, labels, fault }: SeriesLine<MetricName>,
  families: OpenMetricsFamilies,
  family: MetricName,
  wanted: Wanted | undefined,
): SampleMeaning {
  const { type } = family;
  const rule = ruleOf(type, name.name.slice(family.name.length));
  const own = rule.own === 'family' ? family.name : rule.own;
  const kind = kindOf(name, family, wanted);
  const series: Series = { name: name.name, family: family.name, type, labels };
  const text = own === undefined ? undefined : labels[own];
  return {
    kind,
    series: kind.wanted ? series : undefined,
    metric: families.metric(family, labels, own),
    rule,
    bound: rule.own === 'le' && text !== undefined ? floatOf(text) : Number.NaN,
    fault: fault ?? faultOf(series, rule, own),
  };
}

/** Bytes of memory that a line takes beside its key. */
export function overheadOf(meaning: OpenMetricsMeaning): number {
  if ('text' in meaning) return LINE_OVERHEAD + (meaning.text?.help?.length ?? 0);
  const isUnwanted = !('keyword' in meaning) && meaning.series === undefined;
  return isUnwanted ? UNWANTED_LINE_OVERHEAD : LINE_OVERHEAD;
}

/** The fault of a sample's name and labels. */
function faultOf(
  { name, family, type, labels }: Series,
  rule: SampleRule,
  own: string | undefined,
): string | undefined {
  if (rule === WITHOUT_SUFFIX) {
    return `expected a suffix after ${quote(family)}, which is of type ${type}`;
  }
  if (own === undefined) return undefined;
  const text = labels[own];
  if (text === undefined) return `expected a label ${quote(own)} at ${quote(name)}`;
  const number = floatOf(text);
  if (rule.own === 'quantile' && !(number >= 0 && number <= 1)) {
    return `expected a quantile from 0 to 1, got ${quote(text)}`;
  }
  if (rule.own === 'le' && (Number.isNaN(number) || (number === Infinity && text !== '+Inf'))) {
    return `expected a number or +Inf as le, got ${quote(text)}`;
  }
  return undefined;
}

function floatOf(text: string): number {
  const bytes = Buffer.from(text);
  return readFloat(bytes, 0, bytes.length) ?? Number.NaN;
}
