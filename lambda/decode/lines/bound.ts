import type { MetricType } from '../../model/samples/sample.ts';
import { readFloat } from '../tokens/float.ts';

/** Most texts in memory, and characters of one: applications have few different bounds. */
const MAX_REMEMBERED = 10_000;
const LONGEST_REMEMBERED = 32;

/** From here on Go's shortest form has an exponent, and so it has below the next constant. */
const FIRST_WITH_EXPONENT = 1e6;
const LEAST_WITHOUT_EXPONENT = 1e-4;

const BOUND_LABELS: { readonly [type in MetricType]?: 'le' | 'quantile' } = {
  histogram: 'le',
  gaugehistogram: 'le',
  summary: 'quantile',
};

/** Bounds by their texts in expositions; undefined for texts that are not a number. */
const known = new Map<string, string | undefined>();

/**
 * Reads the label that must be a number in the samples of a family, such as the upper bound of a bucket, and normalizes it where a
 * Prometheus server does at a scrape: not in gauge histograms.
 *
 * @param normalizes whether it is to be
 * @returns the name of the label, where its value is no number
 */
export function takeBound(
  labels: Record<string, string>,
  type: MetricType,
  normalizes: boolean,
): 'le' | 'quantile' | undefined {
  const name = BOUND_LABELS[type];
  const text = name && labels[name];
  if (name === undefined || text === undefined) return undefined;
  const bound = normalBound(text);
  if (bound === undefined) return name;
  if (normalizes && type !== 'gaugehistogram') labels[name] = bound;
  return undefined;
}

/**
 * The number of a text, as Prometheus 3 stores it in `le` and `quantile`: `1.0` for `1` and `1e0`, `+Inf` for `inf`.
 * https://github.com/prometheus/prometheus/blob/main/model/labels/float.go
 *
 * @returns undefined if the text is not a number
 */
export function normalBound(text: string): string | undefined {
  const bound = known.get(text);
  if (bound !== undefined || known.has(text)) return bound;
  const bytes = Buffer.from(text);
  const value = readFloat(bytes, 0, bytes.length);
  const normal = value === undefined ? undefined : formatBound(value);
  if (text.length > LONGEST_REMEMBERED) return normal;
  if (known.size >= MAX_REMEMBERED) known.clear();
  // Keeps one text instead of two equal ones.
  known.set(text, normal === text ? text : normal);
  return normal;
}

function formatBound(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(value);
  if (size >= FIRST_WITH_EXPONENT || (size > 0 && size < LEAST_WITHOUT_EXPONENT)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}
