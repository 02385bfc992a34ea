import { isConfidential } from '../../lambda/config/findings/confidential.ts';
import { formatPath, type Path } from '../../lambda/config/findings/place.ts';
import { WrittenScalar } from '../../lambda/config/yaml/written-scalar.ts';
import { shownUrl } from '../../lambda/model/targets/shown-url.ts';
import type { Omission } from './format.ts';
import { isSection, type Section, type Tree } from './native.ts';
import { HIDDEN, isSecretName, type Secrets } from './secrets.ts';

/**
 * Keys beside those that `isConfidential` knows: they name files that only this machine has, or belong to a key that is left
 * out.
 */
const LEFT_OUT: ReadonlySet<string | number> = new Set([
  ...['bearer_token_file', 'tls_config', 'access_key', 'profile'],
]);

/** Keys with an address, or a list of them. */
const ADDRESSES: ReadonlySet<string> = new Set([
  ...['url', 'targets', 'endpoint', 'endpoint_override', '__address__', 'server'],
]);

/** The label that relabeling turns into a parameter of the URL. */
const PARAMETER = /^__param_(.*)$/;

const REFERENCE = /\$(?:\{[^}]*\}|\w+)/g;

/**
 * A native document without the parts that may be secret, none of which decides what becomes of a series.
 *
 * @param secrets gets the secrets that only the document has, such as passwords in URLs
 */
export function redacted(
  document: Section,
  secrets: Secrets,
): { readonly document: Section; readonly omitted: readonly Omission[] } {
  const omitted: Omission[] = [];
  const omit = (path: Path, reason: string) => omitted.push({ what: formatPath(path), reason });
  const read = (tree: Tree, path: Path): Tree => {
    if (Array.isArray(tree)) return tree.map((item, index) => read(item, [...path, index]));
    if (!isSection(tree)) return scalar(tree, path, secrets, omit);
    const kept = Object.entries(withoutParameter(tree, path, secrets, omit)).flatMap(
      ([key, value]) => {
        const at = [...path, key];
        if (!isConfidential(at) && !LEFT_OUT.has(key)) return [[key, read(value, at)]];
        omit(at, 'it may hold a secret');
        return [];
      },
    );
    return Object.fromEntries(kept);
  };
  return { document: read(document, []) as Section, omitted };
}

type Omit = (path: Path, reason: string) => void;

/** A scalar, without its secret if it is an address, a parameter or a text with variables of the environment. */
function scalar(tree: Tree, path: Path, secrets: Secrets, omit: Omit): Tree {
  const text = tree instanceof WrittenScalar ? tree.text : tree;
  if (typeof text !== 'string') return tree;
  const key = path.findLast((each) => typeof each === 'string') ?? '';
  const [, parameter] = PARAMETER.exec(String(key)) ?? [];
  if (parameter !== undefined && isSecretName(parameter)) {
    secrets.add(text);
    omit(path, 'it is a parameter that may be a secret');
    return HIDDEN;
  }
  if (path.includes('external_labels')) {
    const shown = text.replace(REFERENCE, HIDDEN);
    if (shown !== text) omit(path, 'it refers to the environment');
    return shown === text ? tree : shown;
  }
  if (!ADDRESSES.has(String(key))) return tree;
  secrets.addPasswordOf(text);
  const shown = shownUrl(text);
  if (shown === text) return tree;
  omit(path, 'it has credentials, or parameters that may be secret');
  return shown;
}

/** A relabeling rule that writes a secret into a parameter, without the secret. */
function withoutParameter(section: Section, path: Path, secrets: Secrets, omit: Omit): Section {
  const { target_label: label, replacement } = section;
  const [, parameter] = PARAMETER.exec(String(textOf(label))) ?? [];
  if (parameter === undefined || !isSecretName(parameter)) return section;
  const text = textOf(replacement);
  if (text === undefined || /\$/.test(text)) return section;
  secrets.add(text);
  omit([...path, 'replacement'], 'it is a parameter that may be a secret');
  return { ...section, replacement: HIDDEN };
}

function textOf(tree: Tree): string | undefined {
  if (tree instanceof WrittenScalar) return tree.text;
  return typeof tree === 'string' ? tree : undefined;
}
