import type { ConfigIssue } from '../../lambda/config/findings/errors.ts';
import { Findings } from '../../lambda/config/findings/findings.ts';
import { describeGiven } from '../../lambda/config/findings/given.ts';
import { validate } from '../../lambda/config/findings/validate.ts';
import { MAX_RECORDING_BYTES, type Recording, recording } from './format.ts';

/** Most errors that a message shows: a broken recording may have one for each target. */
const MAX_SHOWN = 10;

/** A text that is no recording, with each place, the expected and the given value. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    const more = issues.length - MAX_SHOWN;
    super(
      [
        ...issues.slice(0, MAX_SHOWN).map(({ message }) => message),
        ...(more > 0 ? [`and ${more} more errors`] : []),
      ].join('\n'),
    );
    this.issues = issues;
  }
}

/**
 * Reads the text of a recording.
 *
 * @param source name of the file, for messages
 * @throws RecordingError
 */
export function parseRecording(source: string, text: string): Recording {
  const findings = new Findings();
  const value =
    text.length > MAX_RECORDING_BYTES ? tooLarge(source, findings) : json(source, text, findings);
  const read =
    findings.issues.length === 0
      ? validate(recording, value, { source, path: [] }, findings)
      : undefined;
  if (read === undefined) throw new RecordingError(findings.issues);
  return read;
}

function tooLarge(source: string, findings: Findings): void {
  findings.reject(
    { source, path: [] },
    `a recording of at most ${MAX_RECORDING_BYTES} bytes`,
    'a larger one',
  );
}

function json(source: string, text: string, findings: Findings): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message repeats a part of the text, which may be anything.
    const given = describeGiven(
      text === '' ? undefined : text.slice(0, 40).replace(/\p{Cc}/gu, ' '),
    );
    findings.rejectText(source, '', 'a recording of fargauge record, in JSON', given);
    return undefined;
  }
}
