import { describe, expect, it } from '@jest/globals';
import { LeftOutTally } from '../../../lambda/discovery/found/left-out.ts';
import {
  countsOf,
  faultsAmong,
  MAX_CAUSES,
  SKIP_REASONS,
  type SkipReason,
  unreachableAmong,
} from '../../../lambda/model/targets/left-out.ts';

const unmapped = (container: string, task: string) =>
  ({ reason: 'unmapped_port', subject: { container, task } }) as const;

describe('what was left out', () => {
  it('is one cause where it is alike but for the task and the address', () => {
    const tally = new LeftOutTally();
    for (const task of ['t1', 't2', 't3']) tally.add(unmapped('app', task));
    tally.add(unmapped('job', 't4'));
    expect(tally.list()).toMatchObject([
      {
        reason: 'unmapped_port',
        count: 4,
        causes: [
          { container: 'app', task: 't1', count: 3 },
          { container: 'job', task: 't4', count: 1 },
        ],
      },
    ]);
  });

  it('is counted to the last and remembered to a bound', () => {
    const tally = new LeftOutTally();
    for (let n = 0; n < 10_000; n++) tally.add(unmapped(`app${n}`, 't'));
    const [{ count, causes } = { count: 0, causes: [] }] = tally.list();
    expect([count, causes.length]).toEqual([10_000, MAX_CAUSES]);
  });

  it('is added up over clusters', () => {
    const [one, other] = [new LeftOutTally(), new LeftOutTally()];
    one.add(unmapped('app', 't1'));
    other.add(unmapped('app', 't2'));
    other.add({ reason: 'gone', subject: {} }, 3);
    other.add({ reason: 'not_running', subject: {} }, 0);
    one.addAll(other);
    expect(one.list()).toMatchObject([
      { reason: 'unmapped_port', count: 2, causes: [{ task: 't1', count: 2 }] },
      { reason: 'gone', count: 3 },
    ]);
    expect(countsOf(one.list())).toEqual({ unmapped_port: 2, gone: 3 });
  });

  it('is a fault only where the configuration asks for what cannot be reached', () => {
    const tally = new LeftOutTally();
    const reasons = Object.keys(SKIP_REASONS) as SkipReason[];
    for (const reason of reasons) tally.add({ reason, subject: {} });
    const faults = faultsAmong(tally.list()).map(({ reason }) => reason);
    expect(faults).toEqual([
      'network_mode',
      'no_address',
      'bad_port',
      'unmapped_port',
      'bad_address',
      'malformed',
      'bad_timing',
      'no_daemon',
    ]);
    expect(unreachableAmong(tally.list())).toBe(faults.length);
  });

  it.each(Object.keys(SKIP_REASONS).filter((reason) => !['not_running', 'gone'].includes(reason)))(
    'has a remedy: %s',
    (reason) => {
      const tally = new LeftOutTally();
      tally.add({ reason: reason as SkipReason, subject: {} });
      expect(tally.list()[0]?.remedy).toMatch(/\w/);
    },
  );
});
