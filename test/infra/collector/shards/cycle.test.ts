import { describe, expect, it } from '@jest/globals';
import { StateMachine } from 'aws-local-stepfunctions';
import { Shards } from '../../../../infra/collector/shards/shards.ts';
import type { ShardEvent } from '../../../../lambda/shards/objects/event.ts';
import { CYCLE_START, definitionOf } from '../../state-machine.ts';
import { collectorTemplate } from '../../template.ts';

/** The functions of a collector: what they do, and with what they were invoked. */
class Functions {
  readonly discoveries: unknown[] = [];
  readonly events: ShardEvent[] = [];
  discover: (attempt: number) => unknown = () => CYCLE_START;
  collect: (event: ShardEvent, attempt: number) => unknown = () => ({ targets: { up: 1 } });

  /** Runs the state machine as it is synthesized, in an interpreter that nobody here wrote, which also checks it. */
  async run(shards: Shards): Promise<unknown> {
    const definition = definitionOf(collectorTemplate({ shards })) as never;
    const machine = new StateMachine(definition);
    const { result } = machine.run(
      {},
      {
        overrides: {
          taskResourceLocalHandlers: {
            Discover: async (input) => {
              this.discoveries.push(input);
              return this.discover(this.discoveries.length) as never;
            },
            Collect: async (input) => {
              const event = input as unknown as ShardEvent;
              this.events.push(event);
              const attempt = this.events.filter(({ shard }) => shard === event.shard).length;
              return this.collect(event, attempt) as never;
            },
          },
          retryIntervalOverrides: { Discover: 0, Collect: 0 },
        },
      },
    );
    return result;
  }

  get collected(): readonly number[] {
    return this.events.map(({ shard }) => shard).sort();
  }
}

const error = (name: string, message = 'of the test') =>
  Object.assign(new Error(message), { name });

describe.each([
  ['inline', Shards.fixed(3)],
  ['distributed', Shards.fixed(41)],
])('a cycle of shards, %s', (_, shards) => {
  it('collects each shard once, with what the discovery said of it and of the cycle', async () => {
    const functions = new Functions();
    await functions.run(shards);
    expect(functions.discoveries).toEqual([{}]);
    expect(functions.events.toSorted((a, b) => a.shard - b.shard)).toEqual(
      CYCLE_START.shards.map((shard) => ({ ...shard, cycle: CYCLE_START.cycle })),
    );
  });

  it('collects the other shards where one fails, does not try it again, and fails in the end', async () => {
    const functions = new Functions();
    functions.collect = ({ shard }) => {
      if (shard === 1) throw error('Error', 'none of 3 targets is up');
      return {};
    };
    await expect(functions.run(shards)).rejects.toMatchObject({
      cause: { name: 'ShardsFailed', message: '["collected","failed","collected"]' },
    });
    expect(functions.collected).toEqual([0, 1, 2]);
  });

  it('tries a shard again, alone, where Lambda did not take it', async () => {
    const functions = new Functions();
    functions.collect = ({ shard }, attempt) => {
      if (shard === 1 && attempt === 1) throw error('Lambda.TooManyRequestsException');
      return {};
    };
    await functions.run(shards);
    expect(functions.collected).toEqual([0, 1, 1, 2]);
  });

  it('gives a shard up that Lambda never takes', async () => {
    const functions = new Functions();
    functions.collect = () => {
      throw error('Lambda.TooManyRequestsException');
    };
    await expect(functions.run(shards)).rejects.toMatchObject({
      cause: { name: 'ShardsFailed' },
    });
    expect(functions.collected).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
  });

  it('waits for the last cycle to be over', async () => {
    const functions = new Functions();
    functions.discover = (attempt) => {
      if (attempt < 3) throw error('CycleUnderWayError');
      return CYCLE_START;
    };
    await functions.run(shards);
    expect(functions.discoveries).toHaveLength(3);
    expect(functions.collected).toEqual([0, 1, 2]);
  });

  it('fails where the last cycle does not end', async () => {
    const functions = new Functions();
    functions.discover = () => {
      throw error('CycleUnderWayError');
    };
    await expect(functions.run(shards)).rejects.toMatchObject({
      cause: { name: 'CycleUnderWayError' },
    });
    expect(functions.discoveries).toHaveLength(4);
    expect(functions.events).toEqual([]);
  });

  it('fails at once where the discovery fails', async () => {
    const functions = new Functions();
    functions.discover = () => {
      throw error('ShardObjectsError');
    };
    await expect(functions.run(shards)).rejects.toMatchObject({
      cause: { name: 'ShardObjectsError' },
    });
    expect(functions.discoveries).toHaveLength(1);
  });
});
