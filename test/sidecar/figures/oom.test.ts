import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../sidecar/documents/json.ts';
import { readTask } from '../../../sidecar/documents/task.ts';
import { type OomWatch, watchOom } from '../../../sidecar/figures/oom.ts';
import { sampleContainer, sampleTask } from '../sample-documents.ts';

type Poll = [container: JsonObject, workingSet: number | undefined];

const LIMIT = 1000;

describe('An out-of-memory kill', () => {
  it.each<[string, number, Poll[]]>([
    [
      'is suspected after exit code 137 with full memory',
      1,
      [
        [{}, 900],
        [{ ExitCode: 137 }, undefined],
      ],
    ],
    [
      'is suspected after a restart with full memory',
      1,
      [
        [{ RestartCount: 0 }, 950],
        [{ RestartCount: 1 }, 10],
      ],
    ],
    [
      'is not suspected with memory to spare',
      0,
      [
        [{}, 899],
        [{ ExitCode: 137 }, undefined],
      ],
    ],
    [
      'is not suspected after another exit code',
      0,
      [
        [{}, 990],
        [{ ExitCode: 1 }, undefined],
      ],
    ],
    ['is not suspected of an exit found at the start', 0, [[{ ExitCode: 137 }, undefined]]],
    ['is not suspected of a restart count found at the start', 0, [[{ RestartCount: 4 }, 990]]],
    [
      'is not suspected where the count appears only now',
      0,
      [
        [{ RestartCount: undefined }, 990],
        [{ RestartCount: 4 }, 990],
      ],
    ],
    [
      'counts once while the exit stays',
      1,
      [
        [{}, 990],
        [{ ExitCode: 137 }, undefined],
        [{ ExitCode: 137 }, undefined],
      ],
    ],
    [
      'counts once where exit and restart show one after the other',
      1,
      [
        [{ RestartCount: 0 }, 990],
        [{ RestartCount: 0, ExitCode: 137 }, undefined],
        [{ RestartCount: 1, ExitCode: 137 }, undefined],
      ],
    ],
    [
      'counts each kill',
      2,
      [
        [{ RestartCount: 0 }, 990],
        [{ RestartCount: 1 }, 990],
        [{ RestartCount: 2 }, 10],
      ],
    ],
    [
      'goes by the last working set that was known',
      1,
      [
        [{}, 990],
        [{}, undefined],
        [{ ExitCode: 137 }, undefined],
      ],
    ],
  ])('%s', (_, suspected, polls) => {
    expect(watch(polls, LIMIT).suspected).toBe(suspected);
  });

  it('is not suspected without a limit', () => {
    expect(
      watch(
        [
          [{}, 990],
          [{ ExitCode: 137 }, undefined],
        ],
        undefined,
      ),
    ).toMatchObject({
      suspected: 0,
      limit: undefined,
    });
  });

  it('is judged by the last limit, which a stopped container no longer shows', () => {
    const before = watch([[{}, 990]], LIMIT);

    expect(watchOom(before, containerWith({ ExitCode: 137 }), undefined, undefined)).toMatchObject({
      suspected: 1,
      limit: LIMIT,
    });
  });
});

function watch(polls: readonly Poll[], limit: number | undefined): OomWatch {
  return polls.reduce<OomWatch | undefined>(
    (before, [changes, workingSet]) => watchOom(before, containerWith(changes), workingSet, limit),
    undefined,
  )!;
}

function containerWith(changes: JsonObject) {
  const Containers = [sampleContainer('1', 'a', changes)];
  return readTask(sampleTask({ Containers })).containers[0]!;
}
