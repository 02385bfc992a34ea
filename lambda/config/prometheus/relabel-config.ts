import * as z from 'zod';
import { isLabelName, type RelabelAction, type RelabelRule } from '../../model/samples/relabel.ts';
import { describeGiven } from '../findings/given.ts';
import type { IssueDetails } from '../findings/validate.ts';
import { anchoredPattern, compileAnchored } from '../values/pattern.ts';

/**
 * One entry of `relabel_configs` and `metric_relabel_configs`, checked as relabel.Config.Validate of Prometheus does:
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config
 */

const ACTIONS = [
  ...(['replace', 'keep', 'drop', 'keepequal', 'dropequal', 'hashmod'] as const),
  ...(['labelmap', 'labeldrop', 'labelkeep', 'lowercase', 'uppercase'] as const),
] satisfies RelabelAction[];

const ACTION = `one of the actions ${ACTIONS.join(', ')}`;
const LABEL = 'the name of a label';
const TEXT = 'a string';
const MODULUS = 'a whole number of at least 0';

const DEFAULTS = { separator: ';', regex: '(.*)', replacement: '$1', modulus: 0 } as const;

/** Actions that need a `target_label`. */
const WITH_TARGET: ReadonlySet<RelabelAction> = new Set([
  ...(['replace', 'keepequal', 'dropequal', 'hashmod', 'lowercase', 'uppercase'] as const),
]);

const ONLY_LABELS = 'only source_labels and target_label';
const ONLY_REGEX = 'only regex';

/** Keys that have no meaning for an action, and so are a mistake beside it. */
const MEANINGLESS: Readonly<Partial<Record<RelabelAction, readonly [keys: Key[], takes: string]>>> =
  {
    keepequal: [['regex', 'modulus', 'separator', 'replacement'], ONLY_LABELS],
    dropequal: [['regex', 'modulus', 'separator', 'replacement'], ONLY_LABELS],
    labeldrop: [
      ['source_labels', 'target_label', 'modulus', 'separator', 'replacement'],
      ONLY_REGEX,
    ],
    labelkeep: [
      ['source_labels', 'target_label', 'modulus', 'separator', 'replacement'],
      ONLY_REGEX,
    ],
    lowercase: [['replacement'], 'no replacement'],
    uppercase: [['replacement'], 'no replacement'],
  };

const entry = z.strictObject({
  action: z
    .string(ACTION)
    .transform((text) => text.toLowerCase())
    .pipe(z.enum(ACTIONS, ACTION))
    .default('replace'),
  source_labels: z.array(z.string(LABEL).refine(isLabelName, LABEL)).optional(),
  separator: z.string(TEXT).optional(),
  regex: anchoredPattern.optional(),
  target_label: z.string(TEXT).optional(),
  replacement: z.string(TEXT).optional(),
  modulus: z.int(MODULUS).min(0, MODULUS).optional(),
});

type Entry = z.output<typeof entry>;
type Key = Exclude<keyof Entry, 'action'>;

/** Schema of one entry; its output is the rule. */
export const relabelConfig = entry
  .superRefine((written, context) => {
    for (const { key, expected, given } of problemsOf(written)) {
      const params: IssueDetails = { given };
      context.addIssue({ code: 'custom', message: expected, path: [key], params });
    }
  })
  .transform(toRule);

interface Problem {
  readonly key: Key;
  readonly expected: string;
  readonly given: string;
}

function* problemsOf(written: Entry): Generator<Problem> {
  const { action, target_label: target = '', modulus = DEFAULTS.modulus } = written;
  if (WITH_TARGET.has(action) && !isLabelName(target)) {
    const expected = `${LABEL}, which the action ${action} needs`;
    yield { key: 'target_label', expected, given: describeGiven(written.target_label) };
  }
  if (action === 'hashmod' && modulus === 0) {
    const expected = 'a whole number of at least 1, which the action hashmod needs';
    yield { key: 'modulus', expected, given: describeGiven(written.modulus) };
  }
  if (action === 'labelmap' && written.replacement === '') {
    const expected = `${LABEL} or a template of one, which the action labelmap needs`;
    yield { key: 'replacement', expected, given: describeGiven(written.replacement) };
  }
  const [keys, takes] = MEANINGLESS[action] ?? [[], ''];
  for (const key of keys) {
    const value = key === 'regex' ? written.regex?.source : written[key];
    if (value === undefined || value === '' || isDefault(key, value)) continue;
    const expected = `no such key with the action ${action}, which takes ${takes}`;
    yield { key, expected, given: describeGiven(value) };
  }
}

function isDefault(key: Key, value: unknown): boolean {
  return key in DEFAULTS && DEFAULTS[key as keyof typeof DEFAULTS] === value;
}

function toRule(written: Entry): RelabelRule {
  return {
    action: written.action,
    sourceLabels: written.source_labels ?? [],
    separator: written.separator ?? DEFAULTS.separator,
    regex: written.regex ?? compileAnchored(DEFAULTS.regex),
    targetLabel: written.target_label ?? '',
    replacement: written.replacement ?? DEFAULTS.replacement,
    modulus: written.modulus ?? DEFAULTS.modulus,
  };
}
