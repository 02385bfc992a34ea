import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Shards } from '../../../infra/collector/shards/shards.ts';
import type { ShardEvent } from '../../../lambda/shards/objects/event.ts';
import { CYCLE_START, definitionOf } from '../../infra/state-machine.ts';
import { collectorTemplate } from '../../infra/template.ts';
import { type StateMachines, startStateMachines } from '../support/aws/state-machines.ts';

/** A Python that loads the interpreter, and retries after seconds that nobody shortens. */
const SLOW = 60_000;

const error = (name: string) => Object.assign(new Error('of the test'), { name });

/** The one thing that moto's interpreter does not know: that the executions of a Distributed Map can be Express workflows. */
const EXPRESS_EXECUTIONS = '"ExecutionType":"EXPRESS"';

const synthesized = (shards: Shards) => JSON.stringify(definitionOf(collectorTemplate({ shards })));

/** The definitions are also run, case by case, in another interpreter: test/infra/collector/shards/cycle.test.ts. */
describe.each([
  ['EXPRESS' as const, Shards.fixed(3), 'INLINE'],
  ['STANDARD' as const, Shards.fixed(41), 'DISTRIBUTED'],
])("a cycle of shards in moto's interpreter, %s", (type, shards, mode) => {
  const definition = synthesized(shards).replace(EXPRESS_EXECUTIONS, '"ExecutionType":"STANDARD"');
  let machines: StateMachines;
  let arn: string;
  let discoveries: unknown[];
  let events: ShardEvent[];
  let discover: (attempt: number) => unknown;
  let collect: (event: ShardEvent, attempt: number) => unknown;

  beforeAll(async () => {
    machines = await startStateMachines();
    arn = await machines.create('cycle', definition, type);
    machines.invoke = (name, payload) => {
      if (/^CollectorDiscovery/.test(name)) {
        discoveries.push(payload);
        return discover(discoveries.length);
      }
      const event = payload as ShardEvent;
      events.push(event);
      return collect(event, events.filter((each) => each.shard === event.shard).length);
    };
  }, SLOW);
  afterAll(async () => machines[Symbol.asyncDispose]());
  beforeEach(() => {
    discoveries = [];
    events = [];
    discover = () => CYCLE_START;
    collect = () => ({ targets: { up: 1 } });
  });

  it('is taken by the API as it is', async () => {
    const described = await machines.describe(arn);
    expect(described.type).toBe(type);
    expect(JSON.parse(described.definition)).toEqual(JSON.parse(definition));
    expect(described.definition).toContain(`"Mode":"${mode}"`);
  });

  it(
    'collects each shard once, with what the discovery said of it and of the cycle',
    async () => {
      expect(await machines.run(arn)).toMatchObject({ status: 'SUCCEEDED' });
      expect(discoveries).toEqual([{}]);
      expect(events.toSorted((one, other) => one.shard - other.shard)).toEqual(
        CYCLE_START.shards.map((shard) => ({ ...shard, cycle: CYCLE_START.cycle })),
      );
    },
    SLOW,
  );

  it(
    'fails in the end where a shard fails, which is not tried again, and collects the others',
    async () => {
      collect = ({ shard }) => {
        if (shard === 1) throw error('Error');
        return {};
      };
      expect(await machines.run(arn)).toMatchObject({
        status: 'FAILED',
        error: 'ShardsFailed',
        cause: expect.stringMatching(/^\["collected", ?"failed", ?"collected"\]$/),
      });
      expect(events.map(({ shard }) => shard).sort()).toEqual([0, 1, 2]);
    },
    SLOW,
  );

  it(
    'tries again what Lambda did not take, and a beginning while the last cycle is under way',
    async () => {
      discover = (attempt) => {
        if (attempt === 1) throw error('CycleUnderWayError');
        return CYCLE_START;
      };
      collect = ({ shard }, attempt) => {
        if (shard === 1 && attempt === 1) throw error('Lambda.TooManyRequestsException');
        return {};
      };
      expect(await machines.run(arn)).toMatchObject({ status: 'SUCCEEDED' });
      expect(discoveries).toHaveLength(2);
      expect(events.map(({ shard }) => shard).sort()).toEqual([0, 1, 1, 2]);
    },
    SLOW,
  );

  it(
    'fails at once where the discovery fails',
    async () => {
      discover = () => {
        throw error('ShardObjectsError');
      };
      expect(await machines.run(arn)).toMatchObject({
        status: 'FAILED',
        error: 'ShardObjectsError',
      });
      expect(discoveries).toHaveLength(1);
      expect(events).toEqual([]);
    },
    SLOW,
  );
});

it(
  'what is no definition is refused, and of that of many shards nothing but the kind of its executions',
  async () => {
    await using machines = await startStateMachines();
    await expect(machines.create('none', '{"StartAt":1}', 'EXPRESS')).rejects.toThrow(
      'ASLParserException line 1:11, at 1',
    );
    await expect(
      machines.create('many', synthesized(Shards.fixed(41)), 'STANDARD'),
    ).rejects.toThrow(
      /ASLParserException line 1:\d+, at "EXPRESS", mismatched input '"EXPRESS"' expecting '"STANDARD"'/,
    );
  },
  SLOW,
);
