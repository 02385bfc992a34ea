import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { type AwsClientsOf, awsClients } from '../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../lambda/discovery/aws/load-ec2.ts';
import { createDiscovery } from '../../lambda/discovery/discover.ts';
import { type GivenTargets, ListedDiscovery } from '../../lambda/discovery/listed.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import { Secret } from '../../lambda/model/settings/secret.ts';
import { countsOf } from '../../lambda/model/targets/left-out.ts';
import { systemClock } from '../../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../../lambda/scrape/http/exchange.ts';
import { definition, discoveryOf, job, task } from './ecs/cluster/cluster-of.ts';

let aws: Aws;
let clientsOf: AwsClientsOf;

beforeEach(async () => {
  aws = await startAws({
    ecs: {
      taskDefinitions: [definition('web')],
      tasks: [task('1', '10.0.0.1', { startedAt: new Date(5_000) }), task('2', '10.0.0.2')],
    },
  });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  clientsOf = awsClients(
    { endpoint: aws.url, region: aws.region, credentials, maxAttempts: 1 },
    loadEc2,
  );
});

afterEach(() => aws.close());

const signal = new AbortController().signal;

const authorization = new Secret('Bearer of the job');

const CONFIG: Pick<Config, 'discovery' | 'jobs'> = {
  discovery: discoveryOf(),
  jobs: [
    job({ timeoutMs: 4_000, sampleLimit: 7, http: { ...job().http, authorization } }),
    job({
      name: 'static',
      discovered: false,
      targetLimit: 1,
      staticConfigs: [{ targets: ['10.0.1.1:80', '10.0.1.2:80'], labels: { zone: 'a' } }],
    }),
  ],
};

async function found(config = CONFIG) {
  const discovery = createDiscovery({
    config,
    clientsOf,
    fetch: fetchExposition,
    clock: systemClock,
  });
  const discovered = await discovery.discover(signal);
  return { discovered, list: discovery.list() };
}

const given = (targets: GivenTargets['targets'], more: Partial<GivenTargets> = {}) => ({
  targets,
  listedAt: 3,
  complete: true,
  ...more,
});

/** As another process gets them. */
const sent = <T>(list: T): T => JSON.parse(JSON.stringify(list));

const listedDiscovery = (config = CONFIG) =>
  new ListedDiscovery({ config, clientsOf, clock: systemClock });

describe('targets that another process has found', () => {
  it('are the same targets', async () => {
    const { discovered, list } = await found();
    const discovery = listedDiscovery();
    discovery.give(given(sent(list)));
    const { targets, tasks, ...rest } = await discovery.discover();
    expect(targets).toEqual(discovered.targets);
    expect(targets).toHaveLength(4);
    expect(tasks).toEqual(discovered.tasks);
    expect(rest).toEqual({ refreshedAt: 3, leftOut: [], idle: [], errors: [] });
  });

  it('say nothing of what is secret about a job', async () => {
    const { list } = await found();
    expect(JSON.stringify(list)).not.toContain('Bearer');
    expect(JSON.stringify(list)).not.toContain('secret');
  });

  it('are not all where they are said not to be', async () => {
    const discovery = listedDiscovery();
    discovery.give(given([], { complete: false }));
    expect((await discovery.discover()).errors).toEqual([
      expect.objectContaining({
        message: 'the discovery did not find all targets: its log says why',
      }),
    ]);
  });

  it('are counted where their job is not known, until it is', async () => {
    const { list } = await found();
    const discovery = listedDiscovery({ ...CONFIG, jobs: CONFIG.jobs.slice(0, 1) });
    discovery.give(given(sent(list)));
    const { targets, leftOut } = await discovery.discover();
    expect([targets.length, countsOf(leftOut)]).toEqual([2, { no_job: 2 }]);
    const next = await discovery.reconfigured(CONFIG).discover();
    expect([next.targets.length, countsOf(next.leftOut)]).toEqual([4, {}]);
  });

  it('are needed first', async () => {
    await expect(listedDiscovery().discover()).rejects.toThrow('no targets were given');
  });
});

describe('which of those targets have stopped', () => {
  it('is asked of the ECS API', async () => {
    const { list } = await found();
    const discovery = listedDiscovery();
    discovery.give(given(sent(list)));
    aws.ecs.removeTask(aws.ecs.arnOf('task/demo/2'));
    const ids = list.map(({ id }) => id);
    const { ids: stopped, errors } = await discovery.stopped(ids, signal);
    expect([...stopped]).toEqual(['ecs http://10.0.0.2:9404/metrics']);
    expect(errors).toEqual([]);
  });

  it('is asked for nothing where they are of no task', async () => {
    const { list } = await found();
    const discovery = listedDiscovery();
    discovery.give(given(sent(list)));
    const { ids, errors } = await discovery.stopped(['static http://10.0.1.1:80/metrics'], signal);
    expect([ids.size, errors]).toEqual([0, []]);
  });

  it('is not known where the API cannot be asked, and that is said', async () => {
    const { list } = await found();
    const discovery = listedDiscovery();
    discovery.give(given(sent(list)));
    await aws.close();
    const { ids, errors } = await discovery.stopped([list[0]?.id ?? ''], signal);
    const message = expect.stringMatching(/^DescribeTasks of demo failed\. .*ECONNREFUSED/);
    expect([ids.size, errors]).toEqual([0, [expect.objectContaining({ message })]]);
    aws = await startAws();
  });

  it('is not known where the configuration has their source no more', async () => {
    const { list } = await found();
    const { discovery: sources, ...others } = CONFIG;
    expect(sources).toBeDefined();
    const discovery = listedDiscovery(others);
    discovery.give(given(sent(list)));
    const { ids, errors } = await discovery.stopped([list[0]?.id ?? ''], signal);
    expect([ids.size, errors]).toEqual([0, []]);
  });
});
