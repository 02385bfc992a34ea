import {
  faultsAmong,
  type LeftOut,
  type LeftOutCause,
  type LeftOutSubject,
} from '../model/targets/left-out.ts';

/** The parts of a subject that its text names, in this order. */
const NAMES = [
  ['job', 'job '],
  ['entry', ''],
  ['container', 'container '],
  ['port', 'port '],
  ['definition', 'task definition '],
  ['service', 'service '],
  ['cluster', 'cluster '],
  ['instance', 'container instance '],
] as const satisfies readonly (readonly [keyof LeftOutSubject, string])[];

/** The text of one cause: its names, one task or address, and the number of all. */
export function describeCause(cause: LeftOutCause): string {
  const { detail } = cause;
  const names = NAMES.flatMap(([key, before]) => (cause[key] ? [before + cause[key]] : []));
  const what = [names.join(', '), instances(cause)].filter(Boolean).join(': ');
  return detail === undefined ? what : `${what} (${detail})`;
}

function instances({ task, address, count }: LeftOutCause): string {
  const first = [task && `task ${task}`, address].filter(Boolean).join(' at ');
  if (first === '') return String(count);
  return count > 1 ? `${first} and ${count - 1} more` : first;
}

/** The texts of the causes of one reason, and the number of targets beyond them. */
export function causesOf({ causes, count }: LeftOut): readonly string[] {
  const more = count - causes.reduce((sum, cause) => sum + cause.count, 0);
  return [...causes.map(describeCause), ...(more > 0 ? [`and ${more} more`] : [])];
}

/** One text for each unreachable target, with the reason first. */
export function faultTexts(leftOut: readonly LeftOut[]): readonly string[] {
  return faultsAmong(leftOut).flatMap((each) =>
    causesOf(each).map((cause) => `${each.reason}: ${cause}`),
  );
}
