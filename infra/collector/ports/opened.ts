import { type IConnectable, Port } from 'aws-cdk-lib/aws-ec2';
import { BaseService } from 'aws-cdk-lib/aws-ecs';
import { Annotations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { ConfigurationFacts } from '../../configuration/check/check.ts';
import { portOf } from './relabeled.ts';
import { undiscoveredTargets } from './sidecar-targets.ts';
import {
  DYNAMIC_PORT,
  portsOfService,
  portsOfStatics,
  portsOfTasks,
  type TargetPorts,
} from './targets.ts';
import { shapeOf } from './task-shape.ts';

/** Containers in network mode "bridge" listen on a port of this range on their instance. */
const DYNAMIC_PORTS = Port.tcpRange(DYNAMIC_PORT, 65_535);

/** A call of `collectFrom`. */
interface Collected {
  readonly tasks: IConnectable;
  /** Whether the caller named the ports, instead of the configuration. */
  readonly areGiven: boolean;
}

/** The ports of tasks that are open to a collector, compared with those that its configuration needs. */
export class OpenedPorts {
  readonly #collector: Construct;
  readonly #facts: ConfigurationFacts | undefined;
  readonly #connected: () => readonly number[];
  readonly #collected: Collected[] = [];
  readonly #ports = new Set<number>();

  /** @param connected ports of all groups that the collector's group is connected to */
  constructor(
    collector: Construct,
    facts: ConfigurationFacts | undefined,
    connected: () => readonly number[],
  ) {
    this.#collector = collector;
    this.#facts = facts;
    this.#connected = connected;
  }

  /** Notes the tasks, and returns the ports that they have to open: the given ones, else those of the configuration. */
  collect(tasks: IConnectable, given: readonly number[]): readonly Port[] {
    this.#collected.push({ tasks, areGiven: given.length > 0 });
    const ports = given.length > 0 ? given : this.#portsOf(tasks).ports;
    for (const port of ports) this.#ports.add(port);
    return ports.map((port) => (port === DYNAMIC_PORT ? DYNAMIC_PORTS : Port.tcp(port)));
  }

  /** The known ports of targets and receivers; undefined if there are unknown ones. Called when the app is complete. */
  outward(): readonly number[] | undefined {
    const facts = this.#facts;
    const opened = this.#opened();
    if (facts === undefined || this.#unknown().length > 0) return undefined;
    const findsTasks = facts.jobs.some(({ finds }) => finds.some((by) => by !== 'others'));
    // Other accounts open the ports of their tasks themselves, and the app does not know them.
    if (findsTasks && (opened.size === 0 || facts.foreignClusters.length > 0)) return undefined;
    if (facts.jobs.some(({ lists }) => lists)) return undefined;
    const statics = portsOfStatics(facts);
    const ofUrls = portsOfUrls(facts.urls);
    if (statics.unknown !== undefined || ofUrls === undefined) return undefined;
    return [...new Set([...portsOfTasks(facts).ports, ...statics.ports, ...ofUrls])];
  }

  /** Warns of closed ports of targets. Called when the app is complete. */
  warn(): void {
    const opened = this.#opened();
    const unknown = this.#unknown();
    for (const { tasks, reason } of unknown) {
      this.#warn(
        'unknownPorts',
        `The ports of ${pathOf(tasks)} are unknown, because ${reason}: name all of them, as in collectFrom(tasks, 9546, 8080), or -c ports=8080 of the app`,
      );
    }
    const known = this.#warnOfServices(opened);
    if (opened.size === 0) {
      if (this.#findsTasks() && unknown.length + known.size === 0) this.#warnOfNothing();
      return;
    }
    const named = portsOfTasks(this.#facts).named;
    for (const port of named.filter((port) => !opened.has(port) && !known.has(port))) {
      this.#warn(
        `closedPort${port}`,
        `The configuration names the port ${port}, which no security group opens to the collector: call collectFrom(tasks, ${port}), or give the app -c ports=${port}`,
      );
    }
  }

  #warnOfNothing(): void {
    const [port = 9546] = portsOfTasks(this.#facts).ports;
    this.#warn(
      'nothingOpened',
      `No security group of tasks opens a port to the collector: call collectFrom(service) or collectFrom(securityGroup, ${port}), give the app -c taskSecurityGroupIds=…, or acknowledge this warning if one does`,
    );
  }

  /** Warns of the ports of services, and returns them. */
  #warnOfServices(opened: ReadonlySet<number>): ReadonlySet<number> {
    const warned = new Set<number>();
    for (const service of new Set(this.#collected.map(({ tasks }) => tasks))) {
      if (!(service instanceof BaseService)) continue;
      this.#warnOfSidecar(service);
      const ports = this.#portsOf(service);
      for (const port of ports.unmapped) {
        warned.add(port);
        this.#warn(
          `unmappedPort${port}`,
          `The configuration selects the port ${port} of containers of ${service.taskDefinition.node.path} that do not map it: call container.addPortMappings({ containerPort: ${port} })`,
        );
      }
      const closed = ports.named.filter((port) => !opened.has(port) && !warned.has(port));
      for (const port of closed) {
        warned.add(port);
        this.#warn(
          `closedPort${port}`,
          `The port ${port} of ${service.node.path} is a target, but no security group opens it to the collector: call collectFrom(service) when its containers are complete, or collectFrom(service, ${port})`,
        );
      }
    }
    return warned;
  }

  #warnOfSidecar(service: BaseService): void {
    if (this.#facts === undefined) return;
    for (const name of undiscoveredTargets(shapeOf(service), this.#facts)) {
      this.#warn(
        `undiscoveredTarget-${name}`,
        `The configuration does not find the target "${name}" of the sidecar in ${service.taskDefinition.node.path}: give the target its \`container\` and the configuration \`docker_label: {}\`, or name the path /metrics/${name} in \`sd_metrics_path\``,
      );
    }
  }

  #opened(): ReadonlySet<number> {
    return new Set([...this.#connected(), ...this.#ports]);
  }

  #findsTasks(): boolean {
    const facts = this.#facts;
    if (facts === undefined) return true;
    return facts.clusters.length + facts.foreignClusters.length > 0;
  }

  /** The tasks whose ports are neither named nor derivable. */
  #unknown(): readonly { readonly tasks: IConnectable; readonly reason: string }[] {
    const given = new Set(
      this.#collected.filter(({ areGiven }) => areGiven).map(({ tasks }) => tasks),
    );
    const derived = new Set(this.#collected.map(({ tasks }) => tasks));
    return [...derived]
      .filter((tasks) => !given.has(tasks))
      .flatMap((tasks) => {
        const { unknown: reason } = this.#portsOf(tasks);
        return reason === undefined ? [] : [{ tasks, reason }];
      });
  }

  #portsOf(tasks: IConnectable): TargetPorts {
    return tasks instanceof BaseService
      ? portsOfService(shapeOf(tasks), this.#facts)
      : portsOfTasks(this.#facts);
  }

  #warn(id: string, message: string): void {
    const { node } = this.#collector;
    Annotations.of(this.#collector).addWarningV2(`fargauge:${id}`, `[${node.path}] ${message}`);
  }
}

/** Undefined if one of them is known only at deployment. */
function portsOfUrls(urls: readonly string[]): readonly number[] | undefined {
  if (!urls.every((url) => URL.canParse(url))) return undefined;
  return urls.flatMap((url) => {
    const { protocol, host } = new URL(url);
    return portOf(host, protocol.replace(':', ''));
  });
}

/** Path of the construct, or of its first security group. */
function pathOf(tasks: IConnectable): string {
  const { node } = tasks as Partial<Construct>;
  return node?.path ?? tasks.connections.securityGroups[0]?.node.path ?? 'the tasks';
}
