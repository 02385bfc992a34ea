import { isObject, type JsonObject, listOf, parseJson, textOf } from '../documents/json.ts';

/** CloudWatch's own: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const MAX_NAMESPACE = 255;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const MAX_DIMENSIONS = 30;

/** The rules for points that nobody has collected, with the keys and the meaning of the collector's `emf_processor`. */
export interface EmfRules {
  readonly namespace: string;
  readonly declarations: readonly Declaration[];
  /** CloudWatch unit by name of the metric. */
  readonly units: ReadonlyMap<string, string>;
  /** Labels that the collector gives a target and the task itself does not know. */
  readonly labels: Readonly<Record<string, string>>;
}

/** One `metric_declaration`. */
export interface Declaration {
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  readonly matcher: RegExp;
  readonly selectors: readonly RegExp[];
  readonly dimensions: readonly (readonly string[])[];
}

/**
 * Reads the JSON document
 * `{metric_namespace, metric_declaration: [{source_labels, label_separator, label_matcher, metric_selectors,
 * dimensions}], metric_unit, labels}`.
 *
 * @param problems receives a line for each error
 */
export function readEmfRules(text: string, problems: string[]): EmfRules | undefined {
  const before = problems.length;
  const document = parse(text, problems);
  if (document === undefined) return undefined;
  const namespace = textOf(document.metric_namespace) ?? '';
  if (namespace === '' || namespace.length > MAX_NAMESPACE) {
    problems.push(
      `metric_namespace: expected a text of 1 to ${MAX_NAMESPACE} characters, given ${show(document.metric_namespace)}`,
    );
  }
  const declarations = (listOf(document.metric_declaration) ?? []).flatMap((entry, index) =>
    readDeclaration(entry, `metric_declaration[${index}]`, problems),
  );
  if (declarations.length === 0 && problems.length === before) {
    problems.push('metric_declaration: expected at least one declaration, given none');
  }
  return {
    namespace,
    declarations,
    units: new Map(Object.entries(readTexts(document.metric_unit, 'metric_unit', problems))),
    labels: readTexts(document.labels, 'labels', problems),
  };
}

function parse(text: string, problems: string[]): JsonObject | undefined {
  const document = parseJson(text);
  if (isObject(document)) return document;
  problems.push(`expected a JSON object, given ${show(document ?? text)}`);
  return undefined;
}

function readDeclaration(value: unknown, place: string, problems: string[]): Declaration[] {
  if (!isObject(value)) {
    problems.push(`${place}: expected an object, given ${show(value)}`);
    return [];
  }
  const dimensions = listOf(value.dimensions) ?? [];
  return [
    {
      sourceLabels: readList(value.source_labels ?? [], `${place}.source_labels`, problems),
      separator: textOf(value.label_separator) ?? ';',
      matcher: readPattern(value.label_matcher ?? '.*', `${place}.label_matcher`, problems),
      selectors: readList(value.metric_selectors, `${place}.metric_selectors`, problems).map(
        (pattern, index) => readPattern(pattern, `${place}.metric_selectors[${index}]`, problems),
      ),
      dimensions: dimensions.map((set, index) => {
        const names = readList(set, `${place}.dimensions[${index}]`, problems);
        if (names.length > MAX_DIMENSIONS) {
          problems.push(
            `${place}.dimensions[${index}]: expected at most ${MAX_DIMENSIONS} names, given ${names.length}`,
          );
        }
        return names;
      }),
    },
  ];
}

function readList(value: unknown, place: string, problems: string[]): string[] {
  const list = listOf(value);
  if (list?.every((entry) => typeof entry === 'string')) return [...list];
  problems.push(`${place}: expected a list of texts, given ${show(value)}`);
  return [];
}

function readPattern(value: unknown, place: string, problems: string[]): RegExp {
  try {
    if (typeof value === 'string') return new RegExp(value);
  } catch {
    // The messages of engines differ.
  }
  problems.push(`${place}: expected a regular expression, given ${show(value)}`);
  return /^$/;
}

function readTexts(value: unknown, place: string, problems: string[]): Record<string, string> {
  const texts: Record<string, string> = {};
  if (value === undefined) return texts;
  if (!isObject(value)) problems.push(`${place}: expected an object, given ${show(value)}`);
  for (const [name, text] of Object.entries(isObject(value) ? value : {})) {
    if (typeof text === 'string') texts[name] = text;
    else problems.push(`${place}.${name}: expected a text, given ${show(text)}`);
  }
  return texts;
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}
