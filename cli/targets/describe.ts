import type { Labels } from '../../lambda/model/samples/sample.ts';
import { leftOutLines } from '../describe/left-out.ts';
import type { ListedTarget, TargetsReport } from './targets.ts';

/** Relabeling hides these labels, so their absence after it says nothing. */
const HIDDEN = /^__/;

/** The targets for people: each with its labels, then what was left out and why. */
export function describeTargets({ targets, leftOut, idle, errors }: TargetsReport): string {
  const left = leftOut.reduce((sum, { count }) => sum + count, 0);
  return [
    `${targets.length} targets, ${left} left out`,
    ...targets.flatMap(lines),
    ...leftOut.flatMap(leftOutLines),
    ...idle.map((part) => `finds nothing: ${part}`),
    ...errors.map((error) => `discovery: ${error}`),
  ].join('\n');
}

function lines({ url, labels, discoveredLabels }: ListedTarget): string[] {
  return [
    url,
    `  labels: ${textOf(labels)}`,
    ...(isRelabeled(labels, discoveredLabels)
      ? [`  before relabeling: ${textOf(discoveredLabels)}`]
      : []),
  ];
}

/** Whether a rule changed more than what every target loses or gets. */
function isRelabeled(after: Labels, before: Labels): boolean {
  const visible = Object.keys(before).filter((name) => !HIDDEN.test(name));
  const names = new Set([...visible, ...Object.keys(after)]);
  names.delete('instance');
  return [...names].some((name) => before[name] !== after[name]);
}

function textOf(labels: Labels): string {
  return Object.entries(labels)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ');
}
