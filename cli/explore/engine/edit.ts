import { isMap, isNode, isScalar, isSeq, parseDocument, stringify, type YAMLSeq } from 'yaml';
import type { Edit } from '../../../lambda/rules/trace.ts';

const DECLARATIONS = ['emf_processor', 'metric_declaration'];

const LINE = { lineWidth: 0 } as const;
const FLOW = { ...LINE, collectionStyle: 'flow', flowCollectionPadding: false } as const;

/**
 * Applies an edit to a native document, and changes nothing else of its text. An edit of a list adds to it, and one of an
 * expression adds an alternative, so no series is lost by it.
 *
 * @param text valid YAML
 */
export function withEdit(text: string, { index, key, value }: Edit): string {
  switch (key) {
    case 'metric_declaration':
      return withItem(text, DECLARATIONS, JSON.parse(value));
    case 'metric_selectors':
      return withItem(text, [...DECLARATIONS, index, key], value);
    case 'dimensions': {
      const names = value.slice(1, -1).split(', ').filter(Boolean);
      return withItem(text, [...DECLARATIONS, index, key], names);
    }
    default:
      return withAlternative(text, [...DECLARATIONS, index, key], value);
  }
}

type Path = readonly (string | number)[];

function withAlternative(text: string, path: Path, value: string): string {
  const node = parseDocument(text).getIn(path, true);
  if (!isScalar(node) || !node.range) return withValue(text, path, value);
  const [start, end] = node.range;
  const both = flowText(`${node.value}|${value}`);
  return `${text.slice(0, start)}${both}${text.slice(end)}`;
}

/** Adds to a list, and makes the list where there is none. */
function withItem(text: string, path: Path, item: unknown): string {
  const list = parseDocument(text).getIn(path, true);
  if (!isSeq(list) || !list.range) return withValue(text, path, [item]);
  return list.flow ? withFlowItem(text, list, item) : withBlockItem(text, list, item);
}

function withFlowItem(text: string, { items, range }: YAMLSeq, item: unknown): string {
  const bracket = (range?.[1] ?? 0) - 1;
  const comma = items.length > 0 ? ', ' : '';
  return `${text.slice(0, bracket)}${comma}${flowText(item)}${text.slice(bracket)}`;
}

/** On lines of its own after the last item, with the same indentation. */
function withBlockItem(text: string, { items, range }: YAMLSeq, item: unknown): string {
  const first = items[0];
  const begin = isNode(first) ? (first.range?.[0] ?? 0) : 0;
  const dash = text.lastIndexOf('-', begin - 1);
  const margin = ' '.repeat(dash - (text.lastIndexOf('\n', dash) + 1));
  const last = text.slice(0, range?.[1]).trimEnd().length;
  const newline = text.indexOf('\n', last);
  const end = newline < 0 ? text.length : newline;
  const [head, ...rest] = blockText(item).split('\n');
  const lines = [`${margin}- ${head}`, ...rest.map((line) => `${margin}  ${line}`)];
  return `${text.slice(0, end)}\n${lines.join('\n')}${text.slice(end)}`;
}

/** For a document without the key, whose lines it may arrange anew. */
function withValue(text: string, path: Path, value: unknown): string {
  const document = parseDocument(text);
  if (!isMap(document.contents)) document.contents = null;
  document.setIn(path, document.createNode(value));
  return document.toString(LINE);
}

/** A value as it stands in a list between brackets. */
function flowText(value: unknown): string {
  return stringify([value], FLOW).trim().slice(1, -1);
}

/** An object with a line for each key, and any other value in one line. */
function blockText(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return flowText(value);
  return Object.entries(value)
    .map(([key, each]) => `${key}: ${flowText(each)}`)
    .join('\n');
}
