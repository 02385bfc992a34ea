import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pMap from 'p-map';
import { FunctionPool } from '../../../handler/function-pool.ts';
import { hasOpenssl, makeCertificates } from '../../../scrape/http/certificates.ts';
import { COLLECTORS, MANY_SHARDS, OWN } from '../../iam/collector-cases.ts';
import { type CollectorRun, type RunSurroundings, runCollector } from '../../iam/collector-run.ts';
import { decide } from '../../iam/evaluation/policy.ts';
import { pairsOf, reductionsOf, relaxationsOf } from '../../iam/evaluation/reductions.ts';
import {
  type AccountReduction,
  deniedOf,
  neighboursOf,
  type Subject,
  statementsOf,
  subjectOf,
} from '../../iam/proof.ts';
import { cycleRequests, NETWORK_REQUESTS, schedulerRequests } from '../../iam/service-calls.ts';
import type { Situation } from '../../iam/situations.ts';

/** Bundling, and a process for each cycle: seconds, more where other tests run beside it. */
const SLOW = 300_000;

/** Cycles that run at the same time; most of their time they wait for a process to start. */
const CONCURRENCY = 3;

/** The addresses of AWS that samples are written to. */
const RECEIVERS = ['aps-workspaces', 'monitoring'].map(
  (service) => `DNS:${service}.${OWN.region}.amazonaws.com`,
);

/** Actions that have neither resource-level permissions nor the condition key ecs:cluster. */
const UNLIMITED = [
  'cloudwatch:PutMetricData',
  'ec2:DescribeInstances',
  'ec2:DescribeNetworkInterfaces',
  'ecs:DescribeTaskDefinition',
  'ecs:ListClusters',
];

/** A state that is set aside has the time in its name, and is named like the lease. */
const SET_ASIDE = /^s3:PutObject .*\/state\.(corrupt-.*|lease)-neighbour$/;

/** All that is below the state is of the shards. */
const OF_SHARDS = /^s3:\w+Object arn:aws:s3:::\w+\/state\/.*neighbour/;

/** How the function says that it was denied something. */
const DENIED = /denied|not authorized|AccessDenied|403/;

const canHaveReceivers = hasOpenssl();
const SUBJECTS = COLLECTORS.filter(
  ({ hasReceivers }) => canHaveReceivers || hasReceivers !== true,
).map(subjectOf);

let surroundings: RunSurroundings;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fargauge-policy-'));
  const functions = new FunctionPool();
  const certificates = canHaveReceivers ? makeCertificates(RECEIVERS) : undefined;
  surroundings = { functions, folder, certificates };
}, SLOW);
afterAll(async () => {
  await surroundings.functions[Symbol.asyncDispose]();
  await rm(surroundings.folder, { recursive: true });
});

/** Collectors share most of their permissions: a cycle is run without each of them once, and one of shards once more. */
const proven = new Set<string>();

describe.each(SUBJECTS.map((subject) => [subject.name, subject] as const))(
  'a collector with %s',
  (_, subject) => {
    const { deployed, ofLambda, policies, reductions, situations } = subject;
    const isDivided = deployed.discovery !== undefined;
    const needs = reductions.filter((reduction) => !isForLambda(reduction, subject));
    const unproven = needs.filter(({ account, name }) => {
      const key = `${isDivided} ${account} ${name}`;
      return !proven.has(key) && proven.add(key);
    });
    let whole: CollectorRun[];
    let reduced: ReadonlyMap<AccountReduction, CollectorRun>;
    beforeAll(async () => {
      const run = (reduction?: AccountReduction) => (situation: Situation) =>
        runCollector(
          subject.collector,
          deployed,
          statementsOf(subject, reduction),
          situation,
          surroundings,
        );
      whole = await pMap(situations, run(), { concurrency: CONCURRENCY });
      const runs = await pMap(
        unproven,
        async (reduction) => {
          const inOrder = likeliestFirst(situations, whole, reduction);
          return [reduction, await firstDenied(inOrder, run(reduction))] as const;
        },
        { concurrency: CONCURRENCY },
      );
      reduced = new Map(runs);
    }, SLOW);

    it('collects, and is denied nothing', () => {
      expect(whole.map(({ denied }) => denied)).toEqual(situations.map(() => []));
      for (const { answers } of whole) {
        expect(answers.filter(({ kind }) => kind !== 'result')).toEqual([]);
        expect(targetsOf(answers)).toMatchObject({ down: 0 });
        expect(targetsOf(answers).up).toBeGreaterThan(0);
      }
      for (const [index, { complaints, aTaskStops }] of situations.entries()) {
        const said = whole[index]?.complaints.map((line) => JSON.stringify(line));
        expect(said).toEqual(complaints.map((text) => expect.stringContaining(text)));
        expect(targetsOf(whole[index]?.answers ?? []).stopped > 0).toBe(aTaskStops);
      }
    });

    it('has no permission that neither its cycle nor Lambda uses', () => {
      const asked = whole.flatMap((run) => run.asked);
      const unused = [...policies].flatMap(([account, policy]) => {
        const own = asked.filter((request) => request.account === account);
        const requests = account === OWN.account ? [...own, ...ofLambda] : own;
        // Each action on each resource, of which a statement may allow several.
        return reductionsOf(pairsOf(policy)).filter(
          ({ statements }) => deniedOf(statements, requests).length === 0,
        );
      });
      expect(unused.map(({ name }) => name)).toEqual([]);
    });

    it("may do nothing of what it does with what is not the collector's", () => {
      const statements = statementsOf(subject);
      const allowed = whole
        .flatMap(({ asked }) => asked)
        .flatMap((request) =>
          neighboursOf(request).map((neighbour) => ({ ...neighbour, account: request.account })),
        )
        .filter((request) => decide(statements.get(request.account) ?? [], request) === 'allowed')
        .map(({ action, resource }) => `${action} ${resource}`);
      expect([...new Set(allowed)].filter((each) => !isUnlimited(each))).toEqual([]);
    });

    for (const reduction of unproven) {
      it(`fails, and says so, without ${reduction.name}`, () => {
        const { denied, answers, complaints } = reduced.get(reduction) ?? {};
        expect(denied).not.toEqual([]);
        // Nothing else than what the whole policy allows.
        const statements = statementsOf(subject).get(reduction.account) ?? [];
        expect(deniedOf(statements, denied ?? [])).toEqual([]);
        expect(JSON.stringify([answers, complaints])).toMatch(DENIED);
      });
    }
  },
);

describe.each(
  [
    ...SUBJECTS.filter(({ name }) => /^the built-in|^a key|^two shards/.test(name)),
    subjectOf(MANY_SHARDS),
  ].map((subject) => [subject.name, subject] as const),
)('of a collector with %s, as AWS documents what its services call,', (_, subject) => {
  const { deployed, ofLambda, reductions, policies } = subject;
  const own = statementsOf(subject).get(OWN.account) ?? [];

  it('Lambda itself is denied nothing', () => {
    expect(deniedOf(own, ofLambda)).toEqual([]);
  });

  it.each(
    reductions
      .filter((reduction) => isForLambda(reduction, subject))
      .map((reduction) => [reduction.name, reduction] as const),
  )('Lambda itself is denied something without %s', (_name, { statements }) => {
    expect(deniedOf(statements, ofLambda)).not.toEqual([]);
  });

  for (const { action, statements } of relaxationsOf(policies.get(OWN.account) ?? [])) {
    it(`the code may not use ${action} of Lambda, and might without that denial`, () => {
      for (const { functionArn } of [deployed, deployed.discovery ?? deployed]) {
        const context = { 'lambda:SourceFunctionArn': functionArn };
        const request = { action, resource: '*', context };
        expect(decide(own, request)).toBe('explicitly denied');
        expect(decide(statements, request)).toBe('allowed');
      }
    });
  }

  it('what the code may not use is all that Lambda uses for the network', () => {
    const denied = relaxationsOf(policies.get(OWN.account) ?? []).map(({ action }) => action);
    const used = subject.collector.withoutVpc ? [] : NETWORK_REQUESTS.map(({ action }) => action);
    expect(denied.sort()).toEqual([...used].sort());
  });

  it('EventBridge Scheduler is denied nothing', () => {
    const statements = deployed.schedulePolicy.map(({ statement }) => statement);
    expect(deniedOf(statements, schedulerRequests(deployed))).toEqual([]);
  });

  it.each(
    reductionsOf(deployed.schedulePolicy).map((reduction) => [reduction.name, reduction] as const),
  )('EventBridge Scheduler is denied something without %s', (_name, { statements }) => {
    expect(deniedOf(statements, schedulerRequests(deployed))).not.toEqual([]);
  });
});

describe.each(
  [...SUBJECTS, subjectOf(MANY_SHARDS)].flatMap(({ name, deployed: { cycle } }) =>
    cycle === undefined ? [] : [[name, cycle] as const],
  ),
)('of a collector with %s, as AWS documents what it calls, AWS Step Functions', (_, cycle) => {
  const requests = cycleRequests(cycle);

  it('is denied nothing', () => {
    const statements = cycle.policy.map(({ statement }) => statement);
    expect(deniedOf(statements, requests)).toEqual([]);
    expect(requests.filter(({ action }) => action === 'lambda:InvokeFunction')).toHaveLength(2);
  });

  it('may invoke and start nothing else', () => {
    const statements = cycle.policy.map(({ statement }) => statement);
    const allowed = requests
      .flatMap(neighboursOf)
      .filter((request) => request.resource !== '*' && decide(statements, request) === 'allowed')
      .map(({ action, resource }) => `${action} ${resource}`);
    // Each execution of the state machine has a name of its own.
    expect(allowed.filter((each) => !/^states:\w+Execution .*:execution:/.test(each))).toEqual([]);
  });

  it.each(
    reductionsOf(pairsOf(cycle.policy)).map((reduction) => [reduction.name, reduction] as const),
  )('is denied something without %s', (_name, { statements }) => {
    expect(deniedOf(statements, requests)).not.toEqual([]);
  });
});

/** What became of the targets in all invocations. */
function targetsOf(answers: CollectorRun['answers']) {
  const sums = { up: 0, down: 0, stopped: 0 };
  for (const answer of answers) {
    if (answer.kind !== 'result') continue;
    const { targets = {} } = answer.result as { readonly targets?: Partial<typeof sums> };
    sums.up += targets.up ?? 0;
    sums.down += targets.down ?? 0;
    sums.stopped += targets.stopped ?? 0;
  }
  return sums;
}

/** Whether Lambda itself, and it alone, cannot do with it. The key is for S3 in the cycle too. */
function isForLambda({ account, statements }: AccountReduction, { ofLambda }: Subject): boolean {
  const alone = ofLambda.filter(({ action }) => !action.startsWith('kms:'));
  return account === OWN.account && deniedOf(statements, alone).length > 0;
}

/** The situations, those first in which the whole policy lets the collector do what the reduction denies. */
function likeliestFirst(
  situations: readonly Situation[],
  whole: readonly CollectorRun[],
  { account, statements }: AccountReduction,
): readonly Situation[] {
  const lacks = (index: number) => {
    const asked = whole[index]?.asked.filter((request) => request.account === account) ?? [];
    return deniedOf(statements, asked).length > 0;
  };
  const { first = [], last = [] } = Object.groupBy(situations, (_, index) =>
    lacks(index) ? 'first' : 'last',
  );
  return [...first, ...last];
}

/** The first run in which something is denied; the last where nothing is. */
async function firstDenied(
  situations: readonly Situation[],
  run: (situation: Situation) => Promise<CollectorRun>,
): Promise<CollectorRun> {
  let last: CollectorRun | undefined;
  for (const situation of situations) {
    last = await run(situation);
    if (last.denied.length > 0) break;
  }
  if (last === undefined) throw new Error('expected a situation');
  return last;
}

function isUnlimited(request: string): boolean {
  if (UNLIMITED.some((action) => request === `${action} *`)) return true;
  return SET_ASIDE.test(request) || OF_SHARDS.test(request);
}
