/** The used part of a JSON Schema. */
export interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly description?: string;
}

/** A text that may stand at a place. */
export interface Choice {
  readonly text: string;
  readonly isKey: boolean;
  readonly description?: string | undefined;
}

export interface Choices {
  /** Where the word begins that they complete. */
  readonly from: number;
  readonly choices: readonly Choice[];
}

/** A line of block YAML: its indentation, the dashes of list items, and perhaps a key and a value. */
const LINE = /^( *)((?:- +)*)(?:([\w.-]+|"[^"]*")(:)(?: +(.*))?)?/;

/**
 * The keys or values that a schema allows at a place of a text in block YAML, without keys that are there already. The text may be
 * invalid, as it is while somebody types: only indentation matters.
 */
export function choicesAt(schema: unknown, text: string, place: number): Choices {
  const start = text.lastIndexOf('\n', place - 1) + 1;
  const before = text.slice(start, place);
  const [, spaces = '', dashes = '', key, colon] = LINE.exec(before) ?? [];
  const word = /[\w-]*$/.exec(before)?.[0] ?? '';
  const from = place - word.length;
  const indentation = spaces.length + dashes.length;
  const lines = text.slice(0, start).split('\n').slice(0, -1);
  const path = pathTo(lines, spaces.length, dashes);
  const parents = schemasAt([schema as Schema], path);
  if (colon !== undefined && key !== undefined) {
    const [of = key] = [key.replace(/^"|"$/g, '')];
    return { from, choices: valuesOf(schemasAt(parents, [of])) };
  }
  if (before.slice(indentation) !== word) return { from, choices: [] };
  const siblings = siblingsAt(text, start, indentation, dashes !== '');
  return { from, choices: keysOf(parents).filter((each) => !siblings.has(each.text)) };
}

/** The keys and list items above a line with this indentation, outermost first. `*` is an item. */
function pathTo(lines: readonly string[], spaces: number, dashes: string): string[] {
  const path: string[] = Array.from(dashes.matchAll(/- +/g), () => '*');
  let limit = spaces;
  // A list may stand at the indentation of its key.
  let isItem = dashes !== '';
  for (const line of lines.toReversed()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, own = '', items = '', key] = LINE.exec(line) ?? [];
    if (key !== undefined) {
      const at = own.length + items.length;
      if (at < limit || (isItem && at === limit && items === '')) {
        path.unshift(key.replace(/^"|"$/g, ''));
        limit = at;
        isItem = false;
      }
    }
    if (items !== '' && own.length < limit) {
      path.unshift(...Array.from(items.matchAll(/- +/g), () => '*'));
      limit = own.length;
      isItem = true;
    }
  }
  return path;
}

function schemasAt(schemas: readonly Schema[], path: readonly string[]): readonly Schema[] {
  const [step, ...rest] = path;
  if (step === undefined) return schemas.flatMap(alternatives);
  const below = schemas.flatMap(alternatives).flatMap((each): Schema[] => {
    const { properties, additionalProperties, items } = each;
    if (step === '*') return typeof items === 'object' ? [items] : [];
    const own = properties?.[step];
    if (own !== undefined) return [own];
    return typeof additionalProperties === 'object' ? [additionalProperties] : [];
  });
  return schemasAt(below, rest);
}

function alternatives(schema: Schema): readonly Schema[] {
  const { anyOf = [], oneOf = [], allOf = [] } = schema;
  return [schema, ...[...anyOf, ...oneOf, ...allOf].flatMap(alternatives)];
}

function keysOf(schemas: readonly Schema[]): Choice[] {
  const keys = new Map<string, Choice>();
  for (const { properties = {} } of schemas) {
    for (const [text, { description }] of Object.entries(properties)) {
      if (!keys.has(text)) keys.set(text, { text, isKey: true, description });
    }
  }
  return [...keys.values()];
}

function valuesOf(schemas: readonly Schema[]): Choice[] {
  const values = schemas.flatMap(({ enum: all = [], const: one }) => [
    ...all,
    ...(one === undefined ? [] : [one]),
  ]);
  return [...new Set(values.map(String))].map((text) => ({ text, isKey: false }));
}

/** The keys of the same object, above and below the line that begins at `start`. */
function siblingsAt(
  text: string,
  start: number,
  indentation: number,
  isItem: boolean,
): ReadonlySet<string> {
  const keys = new Set<string>();
  const above = text.slice(0, start).split('\n').slice(0, -1).toReversed();
  const below = text.slice(start).split('\n').slice(1);
  // A dash begins an object of its own.
  if (!isItem) collect(above, indentation, keys, true);
  collect(below, indentation, keys, false);
  return keys;
}

function collect(
  lines: readonly string[],
  indentation: number,
  keys: Set<string>,
  isAbove: boolean,
): void {
  for (const line of lines) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, own = '', items = '', key] = LINE.exec(line) ?? [];
    const at = own.length + items.length;
    // The next item of a list begins another object.
    if (items !== '' && at === indentation && !isAbove) return;
    if (at < indentation) return;
    if (at === indentation && key !== undefined) keys.add(key.replace(/^"|"$/g, ''));
    if (items !== '' && at === indentation) return;
  }
}
