import { createHash } from 'node:crypto';
import type { Program } from './matched-text.ts';
import { type Labels, labelsOf } from './sample.ts';

/** The action of a rule, in the words of `relabel_configs`. */
export type RelabelAction =
  | 'replace'
  | 'keep'
  | 'drop'
  | 'keepequal'
  | 'dropequal'
  | 'hashmod'
  | 'labelmap'
  | 'labeldrop'
  | 'labelkeep'
  | 'lowercase'
  | 'uppercase';

/** A compiled RE2 expression that must match a whole text. */
export interface AnchoredPattern extends Program {
  readonly source: string;
  test(text: string): boolean;
  /** Undefined if the text does not match. */
  match(text: string): Match | undefined;
}

/** The text of a group of the expression, by number or name; empty if the group matched nothing or does not exist. */
export type Match = (group: string) => string;

/** One entry of `relabel_configs` or `metric_relabel_configs`, with the defaults filled in. */
export interface RelabelRule {
  readonly action: RelabelAction;
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  readonly regex: AnchoredPattern;
  /** Empty for actions without one. */
  readonly targetLabel: string;
  readonly replacement: string;
  /** 0 but for `hashmod`. */
  readonly modulus: number;
}

/** Receives each text before a rule reads it, and the expression of the rule; an error that it throws ends the work. */
export type Look = (text: string, regex: AnchoredPattern) => void;

/** Changes `labels` in place. `value`: the joined source labels. Returns `false` to drop the owner of the labels. */
type Action = (
  labels: Record<string, string>,
  rule: RelabelRule,
  value: string,
  look: Look,
) => boolean;

const ACTIONS: Readonly<Record<RelabelAction, Action>> = {
  keep: (_, { regex }, value) => regex.test(value),
  drop: (_, { regex }, value) => !regex.test(value),
  keepequal: (labels, { targetLabel }, value) => (labels[targetLabel] ?? '') === value,
  dropequal: (labels, { targetLabel }, value) => (labels[targetLabel] ?? '') !== value,
  replace: (labels, { regex, targetLabel, replacement }, value) => {
    const match = regex.match(value);
    if (match !== undefined) set(labels, expand(targetLabel, match), expand(replacement, match));
    return true;
  },
  lowercase: (labels, { targetLabel }, value) =>
    set(
      labels,
      targetLabel,
      byCharacter(value, (c) => c.toLowerCase()),
    ),
  uppercase: (labels, { targetLabel }, value) =>
    set(
      labels,
      targetLabel,
      byCharacter(value, (c) => c.toUpperCase()),
    ),
  hashmod: (labels, { targetLabel, modulus }, value) => {
    // Of the 16 bytes only the last 8, as in Prometheus.
    const hash = createHash('md5').update(value).digest().readBigUInt64BE(8);
    return set(labels, targetLabel, String(hash % BigInt(modulus)));
  },
  labelmap: (labels, { regex, replacement }, _, look) => {
    // If several labels get the same name, the last one wins; in Prometheus that depends on the rules before.
    for (const name of Object.keys(labels).sort()) {
      look(name, regex);
      const match = regex.match(name);
      if (match !== undefined) set(labels, expand(replacement, match), labels[name] ?? '');
    }
    return true;
  },
  labeldrop: (labels, { regex }, _, look) =>
    remove(labels, regex, look, (name) => regex.test(name)),
  labelkeep: (labels, { regex }, _, look) =>
    remove(labels, regex, look, (name) => !regex.test(name)),
};

/** A reference in a template, as regexp.Expand of Go has it: `$$` is a dollar sign, `$1x` the group called `1x`. */
const REFERENCE = /\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu;

/** The name of a metric among its labels. */
export const METRIC_NAME = '__name__';

/**
 * Applies the rules one after the other, as relabel.Process of Prometheus does. A label without a value does not exist.
 * https://github.com/prometheus/prometheus/blob/main/model/relabel/relabel.go
 *
 * @returns the resulting labels, or undefined if a rule drops their owner
 */
export function relabel(
  labels: Labels,
  rules: readonly RelabelRule[],
  look: Look = () => undefined,
): Labels | undefined {
  const result = labelsOf(labels);
  for (const rule of rules) {
    const value = rule.sourceLabels.map((name) => result[name] ?? '').join(rule.separator);
    look(value, rule.regex);
    if (!ACTIONS[rule.action](result, rule, value, look)) return undefined;
  }
  return result;
}

function expand(template: string, match: Match): string {
  if (!template.includes('$')) return template;
  return template.replace(
    REFERENCE,
    (_, dollar?: string, braced?: string, bare?: string) => dollar ?? match(braced ?? bare ?? ''),
  );
}

/** Skips an invalid name of a label, because the text of a group may be empty. */
function set(labels: Record<string, string>, name: string, value: string): true {
  if (!isLabelName(name)) return true;
  if (value === '') delete labels[name];
  else labels[name] = value;
  return true;
}

function remove(
  labels: Record<string, string>,
  regex: AnchoredPattern,
  look: Look,
  unwanted: (name: string) => boolean,
): true {
  for (const name of Object.keys(labels)) {
    look(name, regex);
    if (unwanted(name)) delete labels[name];
  }
  return true;
}

/** Converts one character at a time, as Go does: a character that would become several stays as it is. */
function byCharacter(text: string, convert: (character: string) => string): string {
  return Array.from(text, (character) => {
    const converted = convert(character);
    return [...converted].length === 1 ? converted : character;
  }).join('');
}

/** Any text that is not empty, as in Prometheus 3. */
export function isLabelName(name: string): boolean {
  return name !== '' && name.isWellFormed();
}
