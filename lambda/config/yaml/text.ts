import type { Document, ErrorCode } from 'yaml';
import type { Findings } from '../findings/findings.ts';
import { jsonCommentAt } from './json-comment.ts';
import { plainly } from './scalars-by-type.ts';
import { WrittenScalar } from './written-scalar.ts';

/** The library is in a file of its own beside the function's bundle. The built-in default needs none of it. */
type Yaml = typeof import('yaml');

/** A parsed document. */
export interface ParsedText {
  readonly source: string;
  /** Each value as YAML 1.2 (a superset of JSON) reads it. Undefined for an empty document. */
  readonly value: unknown;
  /** The same with a `WrittenScalar` for each unquoted scalar. */
  readonly tree: unknown;
}

const EXPECTED = 'YAML or JSON';
const COMMENT = 'a comment, which JSON does not have; those of YAML begin with #';

/** Replaces messages of the parser that repeat the text, which may be secret, or that are about the parser's own interface. */
const OWN_WORDS: Readonly<Partial<Record<ErrorCode, string>>> = {
  UNEXPECTED_TOKEN: 'something that does not belong there',
  TAG_RESOLVE_FAILED: 'a tag that is not known',
  BAD_COLLECTION_TYPE: 'a tag of another type',
  BAD_DIRECTIVE: 'a directive that is not known',
  NON_STRING_KEY: 'a key that is no string',
  MULTIPLE_DOCS: 'a second document',
};

/** A syntax error: its offset, and the text found there. */
interface Problem {
  readonly offset: number;
  readonly given: string;
}

/**
 * Parses YAML or JSON. Syntax errors, repeated keys, unknown tags and a second document are findings with line and
 * column. They repeat no text of the document, which may hold secrets.
 */
export async function parseText(
  source: string,
  text: string,
  findings: Findings,
): Promise<ParsedText | undefined> {
  const yaml: Yaml = await import('yaml');
  const lineCounter = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    stringKeys: true,
    // Prometheus files use `<<: *defaults`, which Go's YAML reads.
    merge: true,
    logLevel: 'error',
  });
  const problems = problemsOf(yaml, text, document);
  for (const { offset, given } of problems) {
    const { line, col } = lineCounter.linePos(offset);
    findings.rejectText(source, `line ${line}, column ${col}`, EXPECTED, given);
  }
  if (problems.length > 0) return undefined;
  keepWriting(yaml, document);
  try {
    const tree = document.contents === null ? undefined : document.toJS();
    return { source, value: plainly(tree), tree };
  } catch {
    // The only remaining error is the parser's limit of nested aliases, which stops documents that explode.
    findings.rejectText(source, '', EXPECTED, 'too many aliases');
    return undefined;
  }
}

function problemsOf(yaml: Yaml, text: string, document: Document): Problem[] {
  // YAML reads some comments of JSON as keys, others as syntax errors at another place.
  const comment = jsonCommentAt(text);
  if (comment !== undefined) return [{ offset: comment, given: COMMENT }];
  const problems = syntaxProblems(document);
  return problems.length === 0 ? contentProblems(yaml, document) : problems;
}

function syntaxProblems(document: Document): Problem[] {
  const errors = [...document.errors, ...document.warnings];
  const exhaustion = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  // The parser would report one error for each level of the nesting.
  if (exhaustion !== undefined) return [{ offset: exhaustion.pos[0], given: 'too deep a nesting' }];
  return errors.map(({ code, message, pos: [offset] }) => ({
    offset,
    given: OWN_WORDS[code] ?? message,
  }));
}

/** Contents that the parser accepts and later stages cannot handle. */
function contentProblems({ visit, isScalar }: Yaml, document: Document): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Alias(_, alias, ancestors) {
      const anchored = alias.resolve(document);
      const offset = alias.range?.[0] ?? 0;
      if (anchored === undefined) problems.push({ offset, given: 'an alias without its anchor' });
      else if (ancestors.includes(anchored)) {
        problems.push({ offset, given: 'an alias inside its own anchor' });
      }
    },
    Pair(_, { key }) {
      if (!isScalar(key) || key.value !== '__proto__') return;
      problems.push({ offset: key.range?.[0] ?? 0, given: 'the key __proto__' });
    },
  });
  return problems;
}

/** Keeps the written form of each unquoted scalar, for readers that want another type than that of YAML 1.2. */
function keepWriting(yaml: Yaml, document: Document): void {
  yaml.visit(document, {
    Pair: (_, { value }) => keepAll(yaml, [value]),
    Seq: (_, { items }) => keepAll(yaml, items),
  });
}

function keepAll({ isScalar, Scalar }: Yaml, nodes: readonly unknown[]): void {
  for (const node of nodes) {
    if (!isScalar(node) || node.type !== Scalar.PLAIN || node.tag !== undefined) continue;
    if (node.value !== null) node.value = new WrittenScalar(node.source ?? '', node.value);
  }
}
