import { SIDECAR_JOB } from '../../../../lambda/model/settings/names.ts';
import type { Target } from '../../../../lambda/model/targets/target.ts';
import { target } from '../../../series/samples.ts';
import { startMetadataStandIn } from '../../../sidecar/metadata-stand-in.ts';
import { APP, SIDECAR, sampleEntry, sampleTask } from '../../../sidecar/sample-documents.ts';
import { startSidecar } from '../../../sidecar/sidecar-process.ts';

/** Milliseconds between two samples of its endpoint. */
const SAMPLE_MS = 1_000;

/** What is true of it all the time. */
export const STEADY = {
  /** Of 0.5 vCPU, by two containers with 0.1 each. */
  cpuPercent: 40,
  /** Of 20,496 MiB. */
  storagePercent: (1024 / 20496) * 100,
  receivedBytesPerSecond: 2_000,
  sentBytesPerSecond: 700,
  readBytesPerSecond: 300,
  writtenBytesPerSecond: 1_000,
  errorsPerSecond: 3,
  dropsPerSecond: 2,
} as const;

/** A task with what processes on loopback do not have, and its real sidecar; ends with `await using`. */
export interface SteadyTask extends AsyncDisposable {
  readonly taskId: string;
  readonly target: Target;
  /** Its container `app` is restarted. */
  restart(): void;
}

/** Starts the sidecar, with the labels that ECS discovery would give it. */
export async function startSteadyTask(clusterName: string): Promise<SteadyTask> {
  const began = Date.now();
  const endpoint = await startMetadataStandIn();
  let restarts = 0;
  const serve = () => {
    const task = sampleTask({
      Cluster: `arn:aws:ecs:eu-west-1:123456789012:cluster/${clusterName}`,
    });
    const [app, sidecar] = task.Containers as object[];
    endpoint.serve({ ...task, Containers: [{ ...app, RestartCount: restarts }, sidecar] }, stats());
  };
  const stats = () => {
    const now = Date.now();
    const second = (now - began) / 1000;
    const read = new Date(now).toISOString();
    const preread = new Date(now - SAMPLE_MS).toISOString();
    const grown = (perSecond: number) => Math.round(perSecond * second);
    const entry = sampleEntry(
      second,
      {
        ...{ read, preread },
        networks: {
          eth1: {
            rx_bytes: grown(STEADY.receivedBytesPerSecond),
            rx_errors: grown(STEADY.errorsPerSecond),
            rx_dropped: grown(STEADY.dropsPerSecond),
            tx_bytes: grown(STEADY.sentBytesPerSecond),
            tx_errors: grown(STEADY.errorsPerSecond),
            tx_dropped: grown(STEADY.dropsPerSecond),
          },
        },
      },
      SAMPLE_MS / 1000,
    );
    const blocks = {
      io_service_bytes_recursive: [
        { major: 259, minor: 0, op: 'read', value: grown(STEADY.readBytesPerSecond) },
        { major: 259, minor: 0, op: 'write', value: grown(STEADY.writtenBytesPerSecond) },
      ],
      io_serviced_recursive: null,
    };
    return {
      [APP]: { ...entry, blkio_stats: blocks },
      [SIDECAR]: { ...entry, blkio_stats: { ...blocks, io_service_bytes_recursive: [] } },
    };
  };
  serve();
  const timer = setInterval(serve, SAMPLE_MS);
  const sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: endpoint.uri });
  const url = await sidecar.url();
  const taskId = APP.slice(0, 32);
  return {
    taskId,
    target: target({
      id: url,
      url: `${url}/metrics`,
      job: SIDECAR_JOB,
      honorLabels: true,
      labels: {
        job: SIDECAR_JOB,
        instance: url.slice('http://'.length),
        container_name: 'sidecar',
        TaskClusterName: clusterName,
        ServiceName: 'orders',
        TaskId: taskId,
      },
    }),
    restart: () => {
      restarts++;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await sidecar[Symbol.asyncDispose]();
      await endpoint[Symbol.asyncDispose]();
    },
  };
}
