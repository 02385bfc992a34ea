import { describe, expect, it } from '@jest/globals';
import { loadNative, messagesOf } from './loading.ts';

describe('outputs', () => {
  it('are whatever the collector has where the configuration names none', async () => {
    expect((await loadNative({})).outputs).toBeUndefined();
  });

  it('are those of the list, in its order', async () => {
    const outputs = [
      { type: 'file', path: 'events.jsonl' },
      { type: 'cloudwatch-logs' },
      { type: 'stdout' },
      { type: 'file', path: 'more.jsonl' },
    ];
    expect((await loadNative({ outputs })).outputs).toEqual(outputs);
  });

  it.each<[unknown, string]>([
    [[], 'outputs: expected a list of at least one output, given a list'],
    [['stdout'], 'outputs[0]: expected an object, given "stdout" (string)'],
    [
      [{ type: 'stdin' }],
      'outputs[0].type: expected one of cloudwatch-logs, stdout, file, remote_write, otlp, given "stdin" (string)',
    ],
    [
      [{}],
      'outputs[0].type: expected one of cloudwatch-logs, stdout, file, remote_write, otlp, given nothing',
    ],
    [[{ type: 'file' }], 'outputs[0].path: expected the path of a file, given nothing'],
    [
      [{ type: 'stdout', path: 'x' }],
      'outputs[0].path: expected no path, which only the type file has, given "x" (string)',
    ],
    [
      [{ type: 'file', pth: 'x', path: 'x' }],
      'outputs[0].pth: expected the key "path", given an unknown key',
    ],
    [
      [{ type: 'stdout' }, { type: 'stdout' }],
      'outputs[1]: expected another output than outputs[0], given the same',
    ],
  ])('%j is refused', async (outputs, message) => {
    expect(await messagesOf(loadNative({ outputs }))).toEqual([`FARGAUGE_CONFIG: ${message}`]);
  });
});
