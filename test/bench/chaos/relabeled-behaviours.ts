import { answerInPieces, type Behaviour } from './behaviour.ts';
import { LARGE } from './page-behaviours.ts';

/** Names of labels that the rules below read. */
const SHORT = 'code';
const LONG = 'query';
const PLAIN = 'path';

/** Fewer than a line may have, which would be refused at once. */
const LABELS = 1_000;

/**
 * `metric_relabel_configs` of a job whose targets make them expensive: an expression near the limit of its size, one that
 * takes many instructions for each character, a usual one that reads long texts, and two rules that read all labels.
 */
export const RELABELING: readonly object[] = [
  {
    action: 'drop',
    source_labels: [SHORT],
    regex: `${'a{0,999}'.repeat(12)}(?:b|c)`,
  },
  { action: 'drop', source_labels: [LONG], regex: '(.*)a(.{500})(c|d)' },
  {
    source_labels: [PLAIN],
    regex: '(.*)/([0-9]+)(.*)',
    target_label: PLAIN,
    replacement: '$1/:number$3',
  },
  { action: 'labelmap', regex: 'tag_(.+)', replacement: '$1' },
  { action: 'labeldrop', regex: 'tmp_.*|.*_tmp' },
];

/** A page of lines that each visit has for itself, so that nothing of them is remembered. */
const page = (name: string, line: (n: number) => string): Behaviour => ({
  name,
  asked: (socket, visit) => {
    const lineBytes = line(0).length;
    let n = visit * LARGE;
    answerInPieces(socket, LARGE - (LARGE % lineBytes), lineBytes, () => Buffer.from(line(n++)));
  },
});

/** All numbers have as many digits. */
const padded = (n: number) => String(n % 1e12).padStart(12, '0');

/** The digits of a number in two letters, which an expression cannot tell apart by its first look. */
const letters = (n: number, length: number) =>
  (BigInt(n) * 0x9e3779b97f4a7c15n)
    .toString(2)
    .padStart(64, '0')
    .slice(-64)
    .repeat(Math.ceil(length / 64))
    .slice(0, length)
    .replaceAll('0', 'a')
    .replaceAll('1', 'b');

const tags = Array.from({ length: LABELS - 1 }, (_, n) => `tag_${n}="x"`).join(',');

/** Ways to misbehave in a page that is relabeled by those rules. */
export const RELABELED_BEHAVIOURS: readonly Behaviour[] = [
  page(
    'texts for an expression near its limit',
    (n) => `a{${SHORT}="${'a'.repeat(70)}${padded(n)}"} 1\n`,
  ),
  page('texts for an expensive expression', (n) => `a{${LONG}="${letters(n, 4_000)}"} 1\n`),
  page(
    'the longest texts that are relabeled',
    (n) => `a{${PLAIN}="${'/x'.repeat(8_000)}${padded(n)}"} 1\n`,
  ),
  page('many labels that are relabeled', (n) => `a{n="${padded(n)}",${tags}} 1\n`),
];
