import { listOf, lookup } from '../../lambda/config/findings/lookup.ts';
import { plainly } from '../../lambda/config/yaml/scalars-by-type.ts';
import { isSection, type Section, type Tree } from '../recording/native.ts';
import { exporterOutputs } from './adot-exporters.ts';
import { SIDECAR_NAMES } from './adot-names.ts';
import { changed, entriesOf, leftOut, taken, typeOf } from './component.ts';
import type { Fate } from './fate.ts';

/** Addresses inside of a task, which only its sidecar can reach. */
const LOOPBACK = /^(?:0\.0\.0\.0|127(?:\.\d+){3}|localhost|\[?::1?\]?):(\d+)$/;

/** Job of the discovered tasks. */
const TASKS_JOB = 'ecs';

/** A native document that stands for a collector's file, and what became of each part of the file. */
export interface Converted {
  readonly tree: Section;
  readonly fates: readonly Fate[];
}

/**
 * The native document of an ADOT collector's file, or of any OpenTelemetry Collector with the same components.
 * https://opentelemetry.io/docs/collector/configuration/
 *
 * @param tree its unquoted scalars as written
 * @param cluster name of the cluster, if the collector's tasks run in one
 */
export function fromAdot(tree: Tree, cluster: string | undefined): Converted {
  const file = dollars(tree);
  const fates: Fate[] = [];
  const used = componentsOf(file, fates);
  const receivers = sections(file, 'receivers', used.receivers, fates);
  const scrapes: Section[] = [];
  let global: Tree;
  const loopback: string[] = [];
  let readsTask = false;
  for (const [name, receiver] of receivers) {
    const part = `receivers.${name}`;
    if (typeOf(name) === 'prometheus') {
      global ??= lookup(receiver, 'config', 'global');
      if (global !== undefined) fates.push(taken(`${part}.config.global`, 'as global'));
      for (const job of listOf(lookup(receiver, 'config', 'scrape_configs'))) {
        const { kept, addresses } = withoutLoopback(job as Section, part, fates);
        loopback.push(...addresses);
        if (kept !== undefined) scrapes.push(kept);
      }
    } else if (typeOf(name) === 'awsecscontainermetrics') {
      readsTask = true;
      const text =
        'the sidecar has these figures, as ee_task_… and ee_container_… (docs/migrate-adot.md)';
      fates.push(changed(part, text));
    } else {
      fates.push(
        leftOut(
          part,
          'Fargauge scrapes Prometheus pages and the sidecar: keep a collector for what it receives',
        ),
      );
    }
  }
  const filters = sections(file, 'processors', used.processors, fates).flatMap(
    ([name, processor]) => keptNames(name, processor, fates),
  );
  const discovers = readsTask || loopback.length > 0;
  const rules = filters.length === 0 ? {} : { metric_relabel_configs: keepOnly(filters) };
  const jobOfTasks = { job_name: TASKS_JOB, ecs_discovered: true, honor_labels: true, ...rules };
  const written = exporterOutputs(
    sections(file, 'exporters', used.exporters, fates),
    lookup(file, 'extensions'),
    fates,
  );
  return {
    tree: {
      ...(cluster !== undefined && { cluster_name: cluster }),
      ...(discovers && { ecs_service_discovery: discovery(cluster) }),
      ...(global !== undefined && { global }),
      scrape_configs: [...(discovers ? [jobOfTasks] : []), ...scrapes],
      ...written,
    },
    fates,
  };
}

/** As in the built-in default: docker labels, and sidecars by their port. */
function discovery(cluster: string | undefined): Section {
  return {
    ...(cluster !== undefined && { sd_target_cluster: cluster }),
    docker_label: {},
    task_definition_list: [
      {
        sd_task_definition_arn_pattern: '.*',
        sd_metrics_ports: '9546',
        sd_job_name: 'fargauge-sidecar',
      },
    ],
  };
}

/** The components that pipelines of metrics use; other pipelines are left out. */
function componentsOf(file: Tree, fates: Fate[]) {
  const used = {
    receivers: new Set<string>(),
    processors: new Set<string>(),
    exporters: new Set<string>(),
  };
  const pipelines = lookup(file, 'service', 'pipelines');
  for (const [name, pipeline] of entriesOf(pipelines)) {
    if (typeOf(name) !== 'metrics') {
      fates.push(
        leftOut(
          `service.pipelines.${name}`,
          'Fargauge collects metrics only: keep a collector for it',
        ),
      );
      continue;
    }
    for (const kind of Object.keys(used) as (keyof typeof used)[]) {
      for (const each of listOf(lookup(pipeline, kind))) used[kind].add(String(plainly(each)));
    }
  }
  return used;
}

/** The sections of the used components, in their order. A component that no pipeline of metrics uses has no effect. */
function sections(file: Tree, kind: string, used: ReadonlySet<string>, fates: Fate[]) {
  return entriesOf(lookup(file, kind)).filter(([name]) => {
    if (used.has(name)) return true;
    fates.push(leftOut(`${kind}.${name}`, 'no pipeline of metrics uses it'));
    return false;
  });
}

/** A job without the targets inside of its task. */
function withoutLoopback(job: Section, part: string, fates: Fate[]) {
  const name = String(plainly(job.job_name));
  const place = `${part}.config.scrape_configs ${name}`;
  const groups = listOf(job.static_configs);
  const addresses: string[] = [];
  const kept = groups.flatMap((group) => {
    const targets = listOf(lookup(group, 'targets')).filter((target) => {
      const port = LOOPBACK.exec(String(plainly(target)))?.[1];
      if (port !== undefined) addresses.push(port);
      return port === undefined;
    });
    return targets.length === 0 ? [] : [{ ...(group as Section), targets }];
  });
  if (addresses.length > 0) {
    const text = `ports ${addresses.join(', ')} are inside of the task: the sidecar passes them on, by the prop targets of TaskSidecar: [${addresses.map((port) => `{ name: '${name}', port: ${port} }`).join(', ')}]`;
    fates.push(changed(place, text));
  } else fates.push(taken(place, `as the job ${name}`));
  const hasOthers = Object.keys(job).some(
    (key) => key !== 'static_configs' && key.endsWith('_sd_configs'),
  );
  const isEmpty = kept.length === 0 && addresses.length > 0 && !hasOthers;
  return {
    kept: isEmpty ? undefined : { ...job, ...(groups.length > 0 && { static_configs: kept }) },
    addresses,
  };
}

/** The metrics that a filter keeps, by the names of the sidecar. */
function keptNames(name: string, processor: Tree, fates: Fate[]): readonly string[] {
  const part = `processors.${name}`;
  if (typeOf(name) !== 'filter') {
    const text = ['batch', 'memory_limiter'].includes(typeOf(name))
      ? 'Fargauge bounds batches and memory by itself'
      : 'Fargauge has no such processor: relabel_configs and metric_relabel_configs change labels and names';
    fates.push(leftOut(part, text));
    return [];
  }
  const include = lookup(processor, 'metrics', 'include');
  if (include === undefined || plainly(lookup(include, 'match_type')) !== 'strict') {
    fates.push(
      leftOut(
        part,
        'only metrics.include with match_type strict maps: write it as metric_relabel_configs',
      ),
    );
    return [];
  }
  const wanted = listOf(lookup(include, 'metric_names')).map((each) => String(plainly(each)));
  const known = wanted.filter((metric) => SIDECAR_NAMES[metric] !== undefined);
  const text =
    'metric_relabel_configs of the job keep the series of the sidecar with the same meaning';
  fates.push(changed(part, text));
  for (const metric of wanted.filter((each) => !known.includes(each))) {
    const reason = /^(?:ecs|container)\./.test(metric)
      ? 'the sidecar has no such figure of the task: docs/migrate-adot.md names the nearest one'
      : 'it is a metric of an application: add a rule with action keep to metric_relabel_configs of its job';
    fates.push(leftOut(`${part} ${metric}`, reason));
  }
  return known.map((metric) => SIDECAR_NAMES[metric] ?? metric);
}

/** Rules that keep these series of sidecars, and all series of other jobs. */
function keepOnly(names: readonly string[]): readonly Section[] {
  const distinct = [...new Set(names)].sort();
  return [
    {
      source_labels: ['job', '__name__'],
      regex: `fargauge-sidecar;(${distinct.join('|')})`,
      target_label: '__tmp_wanted',
      replacement: 'yes',
    },
    { source_labels: ['job', '__tmp_wanted'], regex: 'fargauge-sidecar;', action: 'drop' },
    { regex: '__tmp_wanted', action: 'labeldrop' },
  ];
}

/** The collector's file writes a dollar sign twice. */
function dollars(tree: Tree): Tree {
  if (typeof tree === 'string') return tree.replaceAll('$$', '$');
  if (Array.isArray(tree)) return tree.map(dollars);
  if (!isSection(tree)) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, dollars(value)]));
}
