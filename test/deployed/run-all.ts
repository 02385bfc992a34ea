import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pMap from 'p-map';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { REPOSITORY } from '../../infra/build/paths.ts';
import { collectorBundle, sidecarBundle } from '../bundles.ts';
import type { CdkApp } from '../infra/apps.ts';
import { OWN } from '../infra/iam/collector-cases.ts';
import { hasOpenssl, makeCertificates } from '../scrape/http/certificates.ts';
import { synthesizeAll } from './assembly.ts';
import { type ExistingDefinition, USUAL } from './existing-tasks.ts';
import { type DeployedRun, runDeployed } from './run.ts';
import type { TaskPlace } from './running-task.ts';

/** An app, and what runs in the clusters that it takes for there. */
export interface DeployedApp extends CdkApp {
  /** @default an application and the sidecar of docs/deploy.md */
  readonly existing?: ExistingDefinition;
}

/** Apps that run at the same time; much of it they wait for processes to start. */
const CONCURRENCY = 3;

/** More than all apps of a test have. */
const MAX_TASKS = 60;

/** The addresses of AWS that samples are written to, in the Regions of the apps. */
const RECEIVERS = [OWN.region, 'ap-northeast-1'].flatMap((region) =>
  ['aps-workspaces', 'monitoring'].map((service) => `DNS:${service}.${region}.amazonaws.com`),
);

/** What keeps apps from being run here; undefined where nothing does. */
export const OBSTACLE = obstacle();

/**
 * First bytes of the addresses of tasks, and of what stands for their loopbacks: others in each process, as the tests of another may
 * run at the same time and do not listen at all of theirs at once.
 */
const OF_PROCESS = process.pid % 100;
const NETWORK = `127.${16 + OF_PROCESS}`;
const LOOPBACK_NETWORK = `127.${116 + OF_PROCESS}`;

/** Synthesizes and runs apps; by the name of each what came of it, or the error that kept it from running. */
export async function runAll(
  apps: readonly DeployedApp[],
): Promise<ReadonlyMap<string, DeployedRun | Error>> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'fargauge-deployed-'));
  started.defer(() => rm(folder, { recursive: true }));
  // The parts of the AWS SDK that the Lambda runtime has.
  await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  const [, { file: sidecar }] = await Promise.all([collectorBundle(), sidecarBundle()]);
  const assemblies = await synthesizeAll(apps, folder);
  const places = await placesFor(MAX_TASKS);
  const surroundings = {
    folder,
    sidecar,
    certificates: makeCertificates(RECEIVERS),
    nextPlace: () => {
      const place = places.pop();
      if (place === undefined) throw new Error(`Expected at most ${MAX_TASKS} tasks`);
      return place;
    },
  };
  const runs = await pMap(
    apps,
    async ({ name, existing = USUAL }) => {
      const assembly = assemblies.get(name) ?? new Error(`${name} is not synthesized`);
      if (assembly instanceof Error) return [name, assembly] as const;
      return [name, await runDeployed(assembly, existing, surroundings).catch(errorOf)] as const;
    },
    { concurrency: CONCURRENCY },
  );
  return new Map(runs);
}

async function placesFor(count: number): Promise<TaskPlace[]> {
  const interfaces = await taskAddresses(count, Math.random, NETWORK);
  const loopbacks = await taskAddresses(count, Math.random, LOOPBACK_NETWORK);
  return interfaces.map(({ host }, index) => ({
    address: host,
    loopback: loopbacks[index]?.host ?? '',
  }));
}

function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'the loopback addresses of tasks need Linux';
  return hasOpenssl() ? undefined : 'receivers need certificates, which openssl makes';
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
