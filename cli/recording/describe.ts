import type { Recording } from './format.ts';

/** The contents of a recording for people, with what it leaves out. */
export function describeRecording(recording: Recording, path: string, bytes: number): string {
  const { targets, leftOut, errors, omitted } = recording;
  const down = targets.filter((target) => target.down !== undefined);
  return [
    `${path}: ${targets.length} targets, ${down.length} of them down, ${leftOut.length} left out, ${bytes} bytes`,
    ...down.flatMap((target) =>
      target.down
        ? [`down: ${target.job} ${target.url}: ${target.down.reason}: ${target.down.text}`]
        : [],
    ),
    ...errors.map((error) => `discovery: ${error}`),
    ...omitted.map(({ what, reason }) => `not in the file: ${what}: ${reason}`),
    'Look through the pages before you give the file away: a metric may tell more than the configuration knows to be secret.',
  ].join('\n');
}

/** What a recording says of targets that have no series, a line each. */
export function recordedNotes({ targets, leftOut, errors }: Recording): readonly string[] {
  return [
    ...(targets.length === 0 ? ['there is no target'] : []),
    ...leftOut.map(({ what, reason, remedy }) => {
      const text = `left out: ${reason}: ${what}`;
      return remedy === undefined ? text : `${text}; remedy: ${remedy}`;
    }),
    ...errors.map((error) => `discovery: ${error}`),
  ];
}
