import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { ENV } from '../../lambda/model/settings/names.ts';
import { startStores } from '../config/sources/stores.ts';
import {
  type FunctionProcess,
  type LogLine,
  type ShardAnswer,
  startFunction,
} from '../handler/function-process.ts';
import { OWN } from '../infra/iam/collector-cases.ts';
import { anotherMinute, cycleOfShards, proxied } from '../infra/iam/collector-run.ts';
import { type SignedRequest, startGate } from '../infra/iam/evaluation/gate.ts';
import type { Certificates } from '../scrape/http/certificates.ts';
import { startS3 } from '../state/s3-server.ts';
import type { Assembly, DeployedStack } from './assembly.ts';
import { type DeployedFunction, functionsOf, statementsOf } from './deployed-function.ts';
import { type ExistingDefinition, existingTasks } from './existing-tasks.ts';
import { missingWays } from './network/api-ways.ts';
import { Firewall } from './network/firewall.ts';
import { type PlannedTask, tasksOf } from './planned-task.ts';
import { type Published, publishedBy } from './published.ts';
import { type Reading, readingsOf } from './readings.ts';
import { type RunningTask, startTask, type TaskPlace } from './running-task.ts';

/** What all runs share. */
export interface RunSurroundings {
  /** The program of the sidecar. */
  readonly sidecar: string;
  /** A folder for what a run writes. */
  readonly folder: string;
  /** Gives a place that no other task has. */
  readonly nextPlace: () => TaskPlace;
  /** What receivers show; absent where no certificates can be made. */
  readonly certificates: Certificates | undefined;
}

/** What came of the cycles of an app's collectors. */
export interface DeployedRun extends Published {
  readonly functions: readonly DeployedFunction[];
  readonly tasks: readonly PlannedTask[];
  /** The answers of each cycle's invocations. */
  readonly cycles: readonly (readonly ShardAnswer[])[];
  readonly denied: readonly SignedRequest[];
  /** Ways to APIs that a function has called and would not reach, a line each. */
  readonly missingWays: readonly string[];
  /** What the functions say at the levels WARN and ERROR. */
  readonly complaints: readonly LogLine[];
  /** What the alarms and dashboards read. */
  readonly readings: readonly Reading[];
}

/** Counters are published from the second cycle on. */
const CYCLES = 2;

/** What the key of the credentials of each function begins with. */
const KEY = 'function-';

/**
 * Runs what an app deploys: the services of its templates, and of the clusters that it takes for there what `existing` says; then
 * two cycles of its collectors, with the permissions of their roles, to whom the rules of security groups open ports or do not.
 */
export async function runDeployed(
  assembly: Assembly,
  existing: ExistingDefinition,
  { sidecar, folder, nextPlace, certificates }: RunSurroundings,
): Promise<DeployedRun> {
  const { stacks } = assembly;
  const functions = await functionsOf(assembly);
  const [{ at } = { at: OWN }] = functions;
  const readings = readingsOf(stacks);
  const firewall = new Firewall(stacks);
  const made = stacks.flatMap(tasksOf);
  const tasks = [
    ...made,
    ...existingTasks(existing, { stacks, functions, readings, firewall, tasks: made }),
  ];
  await using started = new AsyncDisposableStack();
  const aws = started.adopt(await startAws(at), (each) => each.close());
  fill(aws, stacks);
  const running: RunningTask[] = [];
  for (const [index, task] of tasks.entries()) {
    const options = {
      aws,
      sidecar,
      place: nextPlace(),
      id: String(index + 1).padStart(32, '0'),
      admits: (port: number) =>
        functions.some(({ party }) => firewall.admits(party, task.party, port)),
    };
    running.push(started.use(await startTask(task, options)));
  }
  const s3 = started.use(await startS3());
  const stores = started.use(await startStores());
  const policies = policiesOf(stacks, functions);
  const gate = started.use(
    await startGate({
      aws: aws.url,
      s3: s3.url,
      stores: stores.url,
      accountOf: (key) => aws.roles.accountOf(key) ?? at.account,
      policyOf: (account) => policies.get(account),
      contextOf: (_account, key) => {
        const arn = functions[Number(key.replace(KEY, ''))]?.arn;
        return key.startsWith(KEY) && arn ? { 'lambda:SourceFunctionArn': arn } : {};
      },
      encryptionKeys: new Map(),
      receivers: certificates?.server,
    }),
  );
  // Another run that begins would write its file again while a function of this one reads it.
  const own = await mkdtemp(join(folder, 'run-'));
  const proxy = certificates ? await proxied(gate, own, certificates) : {};
  const processes = await Promise.all(
    functions.map(({ environment, file, name, at }, index) =>
      startFunction(
        {
          ...environment,
          AWS_LAMBDA_FUNCTION_NAME: name,
          AWS_REGION: at.region,
          AWS_ENDPOINT_URL: gate.url,
          AWS_ACCESS_KEY_ID: `${KEY}${index}`,
          AWS_SECRET_ACCESS_KEY: 'test',
          ...proxy,
        },
        file,
      ).then((each) => started.use(each)),
    ),
  );
  const cycles: (readonly ShardAnswer[])[] = [];
  for (let cycle = 1; cycle <= CYCLES; cycle++) {
    cycles.push(await cycleOf(functions, processes));
    if (cycle === CYCLES) break;
    await Promise.all(running.map((task) => task.measuredAgain()));
    for (const { environment } of functions) {
      anotherMinute(s3, { stateObject: environment[ENV.state]?.replace('s3://', '') ?? '' });
    }
  }
  const written = await Promise.all(processes.map((each) => each.end()));
  return {
    functions,
    tasks,
    cycles,
    denied: gate.denied,
    missingWays: missingWays(functions, stacks, firewall, gate.asked),
    complaints: written.flatMap(({ log }) => log).filter(({ level }) => level !== 'INFO'),
    readings,
    ...publishedBy(
      aws,
      gate.received,
      written.map(({ stdout }, index) => ({ stdout, group: functions[index]?.logGroup ?? '' })),
    ),
  };
}

/** What CloudFormation makes beside tasks. */
function fill(aws: Aws, stacks: readonly DeployedStack[]): void {
  for (const { values } of stacks) {
    for (const id of values.idsOf('AWS::Logs::LogGroup')) aws.logs.putGroup(values.nameOf(id));
    for (const id of values.idsOf('AWS::IAM::Role')) {
      aws.roles.put(values.arnOf(id), externalIdOf(values.properties(id)));
    }
  }
}

function externalIdOf({ AssumeRolePolicyDocument: document }: Readonly<Record<string, unknown>>) {
  const [, id] = /"sts:ExternalId":"([^"]+)"/.exec(JSON.stringify(document)) ?? [];
  return id;
}

/** What principals may do, by their accounts: the functions, and the roles with names that they assume in others. */
function policiesOf(stacks: readonly DeployedStack[], functions: readonly DeployedFunction[]) {
  const own = functions.map(({ at, policy }) => [at.account, policy] as const);
  const accounts = new Set(own.map(([account]) => account));
  const others = stacks
    .filter(({ at }) => !accounts.has(at.account))
    .map(({ at, values }) => {
      const isNamed = (id: string) => values.properties(id).RoleName !== undefined;
      return [at.account, statementsOf(values, isNamed)] as const;
    });
  return new Map([...own, ...others]);
}

/** As the schedule, or the state machine, does it. */
async function cycleOf(
  functions: readonly DeployedFunction[],
  processes: readonly FunctionProcess[],
): Promise<readonly ShardAnswer[]> {
  const failed = processes.map(({ loaded }) => loaded).filter(({ kind }) => kind !== 'ready');
  if (failed.length > 0) return failed as ShardAnswer[];
  const discovery = processes.find((_, index) => functions[index]?.handler === 'discover');
  const collectors = processes.filter((_, index) => functions[index]?.handler === 'handler');
  const answers = await Promise.all(
    collectors.map(async (collector) =>
      discovery === undefined
        ? [(await collector.invoke()) as ShardAnswer]
        : cycleOfShards(discovery, collector),
    ),
  );
  return answers.flat();
}
