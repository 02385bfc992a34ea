/** A number of things, with separators. */
export function counted(count: number): string {
  return count.toLocaleString('en');
}

/** A value with at most six digits; very large and small ones as powers of ten. */
export function valueText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '−Inf';
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e12 || size < 1e-4)) return value.toExponential(3);
  return value.toLocaleString('en', { maximumSignificantDigits: 6 });
}

/** Labels as PromQL writes them. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.join(', ')}}`;
}

/** `1 series`, `2 targets`. */
export function plural(count: number, one: string, many: string): string {
  return `${counted(count)} ${count === 1 ? one : many}`;
}

/** A name in parts, between which a line may break. */
export function nameParts(name: string): readonly string[] {
  return name.split(/(?<=[_:])/);
}
