import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Aws } from '../../../cli/demo/aws/server.ts';
import { CLUSTER, register } from '../../../cli/demo/cluster.ts';
import { taskAddresses } from '../../../cli/demo/task/addresses.ts';
import { defaultDocument } from '../../../lambda/config/native/default.ts';
import { type Labels, labelsOf } from '../../../lambda/model/samples/sample.ts';
import { ENV } from '../../../lambda/model/settings/names.ts';
import {
  generateExposition,
  generateOwnExposition,
  SELECTED_NOUN,
} from '../generated-exposition.ts';
import { SidecarPage } from '../sidecar-page.ts';
import { taskLabels } from '../task-labels.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** What there is to collect. */
export interface Workload {
  readonly title: string;
  /**
   * Starts the targets' servers.
   *
   * @returns environment variables with the configuration that collects them
   */
  start(aws: Aws): Promise<Record<string, string>>;
}

export const WORKLOADS = {
  services: {
    title: '1,000 targets x 1,000 series, a tenth selected',
    start: async () => configurationFor(await startServices(1_000, generateExposition)),
  },
  everything: {
    title: '1,000 targets x 1,000 series, every series selected',
    start: async () =>
      configurationFor(await startServices(1_000, generateExposition), { selectors: ['.*'] }),
  },
  pods: {
    title: 'the same, but no series of two targets alike',
    start: async () => configurationFor(await startServices(1_000, generateOwnExposition)),
  },
  tasks: {
    title: '1,000 targets x 1,000 series, with the 13 labels of ECS targets',
    start: async () =>
      configurationFor(await startServices(1_000, generateExposition), { labelsFor: taskLabels }),
  },
  sidecars: {
    title: '150 tasks / 1,000 containers, with metrics of containers',
    start: async (aws) => {
      await startSidecars(aws, 150, 1_000);
      return {
        [ENV.cluster]: CLUSTER,
        [ENV.config]: JSON.stringify(defaultDocument('containers')),
      };
    },
  },
} satisfies Record<string, Workload>;

/** @returns their addresses */
async function startServices(
  count: number,
  exposition: (target: number, scrape: number) => string,
): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, (_, target) => {
      let scrape = 0;
      return serve(() => exposition(target, scrape++), '127.0.0.1', 0);
    }),
  );
}

function configurationFor(
  targets: readonly string[],
  {
    labelsFor = () => labelsOf(),
    selectors = [`^shop_${SELECTED_NOUN}_`],
  }: { labelsFor?: (index: number) => Labels; selectors?: readonly string[] } = {},
): Record<string, string> {
  const groups = targets.map((target, index) => ({ targets: [target], labels: labelsFor(index) }));
  const configuration = {
    log_group_name: '/bench',
    scrape_configs: [{ job_name: 'shop', static_configs: groups }],
    emf_processor: {
      metric_namespace: 'Bench',
      metric_declaration: [
        {
          source_labels: ['job'],
          label_matcher: '^shop$',
          metric_selectors: selectors,
          dimensions: [
            ['job', 'method'],
            ['job', 'method', 'route', 'status'],
          ],
        },
      ],
    },
  };
  return { [ENV.config]: JSON.stringify(configuration) };
}

/** Tasks of services with 15 tasks each, their containers dealt out evenly. */
async function startSidecars(aws: Aws, tasks: number, containers: number): Promise<void> {
  const addresses = await taskAddresses(tasks, Math.random);
  await Promise.all(
    addresses.map(async (address, index) => {
      const taskId = index.toString(16).padStart(32, '0');
      const service = `service-${index % (tasks / 15)}`;
      register(
        aws.ecs,
        { taskId, service, family: service, revision: 1, share: 0, instrumented: false },
        address,
      );
      const own = Math.floor(containers / tasks) + (index < containers % tasks ? 1 : 0);
      const page = new SidecarPage(taskId, own);
      await serve(() => page.next(), address.host, address.sidecarPort);
    }),
  );
}

/** @returns `host:port` */
async function serve(page: () => string, host: string, port: number): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': CONTENT_TYPE });
    response.end(page());
  });
  server.listen(port, host);
  await once(server, 'listening');
  return `${host}:${(server.address() as AddressInfo).port}`;
}
