import { describe, expect, it } from '@jest/globals';
import type { Recording } from '../../../cli/recording/format.ts';
import { parseRecording, RecordingError } from '../../../cli/recording/parse.ts';

const RECORDING: Recording = {
  format: 'fargauge-recording',
  version: 1,
  recordedAt: '2026-12-01T05:30:00.000Z',
  configuration: 'scrape_configs: []',
  targets: [
    {
      url: 'http://10.0.0.1:9546/metrics',
      job: 'web',
      labels: { job: 'web' },
      discovered: { __address__: '10.0.0.1:9546' },
      scrapedAt: 1_764_567_000_000,
      durationMs: 3,
      contentType: 'text/plain',
      page: 'up 1\n',
    },
  ],
  leftOut: [],
  errors: [],
  omitted: [],
};

function errorOf(text: string): string {
  try {
    parseRecording('r.json', text);
  } catch (error) {
    if (error instanceof RecordingError) return error.message;
    throw error;
  }
  return 'none';
}

describe('a recording', () => {
  it('is read as it was written', () => {
    expect(parseRecording('r.json', JSON.stringify(RECORDING))).toEqual(RECORDING);
  });

  it('of a later program may have more keys', () => {
    const later = { ...RECORDING, mood: 'good' };
    expect(parseRecording('r.json', JSON.stringify(later))).toEqual(RECORDING);
  });

  const [target] = RECORDING.targets;
  it.each<[string, string, string]>([
    [
      'no JSON',
      '{"format":',
      'r.json: expected a recording of fargauge record, in JSON, given "{\\"format\\":" (string)',
    ],
    ['nothing', '', 'r.json: expected a recording of fargauge record, in JSON, given nothing'],
    ['a list', '[]', 'r.json: expected an object, given a list'],
    [
      'another format',
      JSON.stringify({ ...RECORDING, format: 'har' }),
      'r.json: format: expected "fargauge-recording", given "har" (string)',
    ],
    [
      'a later version',
      JSON.stringify({ ...RECORDING, version: 2 }),
      'r.json: version: expected 1, the only version that this program reads, given 2 (number)',
    ],
    [
      'no time',
      JSON.stringify({ ...RECORDING, recordedAt: 'today' }),
      'r.json: recordedAt: expected a time such as 2026-12-01T05:30:00.000Z, given "today" (string)',
    ],
    [
      'a label that is a number',
      JSON.stringify({ ...RECORDING, targets: [{ ...target, labels: { job: 1 } }] }),
      'r.json: targets[0].labels.job: expected a string, given 1 (number)',
    ],
    [
      'escape sequences of a terminal',
      JSON.stringify({ ...RECORDING, targets: [{ ...target, url: '\u001b[2J' }] }),
      'r.json: targets[0].url: expected a line of at most 4096 characters, without control characters, given "\\u001b[2J" (string)',
    ],
  ])('with %s is refused with place, expected and given', (_, text, message) => {
    expect(errorOf(text)).toBe(message);
  });

  it('with an error for each target shows the first ten', () => {
    const targets = Array.from({ length: 13 }, () => ({ ...target, url: 1 }));
    const lines = errorOf(JSON.stringify({ ...RECORDING, targets })).split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('and 3 more errors');
  });
});
