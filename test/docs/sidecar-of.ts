import { startMetadataStandIn } from '../sidecar/metadata-stand-in.ts';
import { APP, SIDECAR, sampleEntry, sampleTask } from '../sidecar/sample-documents.ts';
import { startSidecar } from '../sidecar/sidecar-process.ts';
import type { DeployedTemplate } from './deployed.ts';

/** Milliseconds that lie between two samples of the endpoint. */
const SAMPLE_MS = 10_000;

/**
 * Starts the real sidecar of a task definition at the address of its task, with the environment that the template gives it. Its
 * endpoint tells of a task on Fargate with two containers. Ends with `await using`.
 */
export async function startSidecarOf(
  deployed: DeployedTemplate,
  family: string,
  address: string,
): Promise<AsyncDisposable> {
  const endpoint = await startMetadataStandIn();
  // CloudWatch takes no samples of long ago.
  const now = Date.now();
  const times = { read: new Date(now), preread: new Date(now - SAMPLE_MS) };
  const entry = sampleEntry(1, JSON.parse(JSON.stringify(times)));
  const task = sampleTask();
  const [app, sidecarContainer] = task.Containers as object[];
  const limited = { ...app, Limits: { CPU: 128, Memory: 512 } };
  endpoint.serve(
    { ...task, Containers: [limited, sidecarContainer] },
    { [APP]: entry, [SIDECAR]: entry },
  );
  const sidecar = startSidecar({
    ...deployed.environmentOf(family, 'fargauge-sidecar'),
    ECS_CONTAINER_METADATA_URI_V4: endpoint.uri,
    ECS_METRICS_EXPORTER_HOST: address,
    ECS_METRICS_EXPORTER_PORT: '9546',
  });
  await sidecar.url();
  return {
    async [Symbol.asyncDispose]() {
      await sidecar[Symbol.asyncDispose]();
      await endpoint[Symbol.asyncDispose]();
    },
  };
}
