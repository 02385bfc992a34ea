import type { DeliveryReport } from '../../lambda/model/delivery/event.ts';
import type { DaemonsReport } from '../../lambda/report/daemons.ts';
import { first, MAX_TEXTS } from '../../lambda/report/log.ts';
import type { CycleReport } from '../../lambda/report/report.ts';
import type { SilentJob } from '../../lambda/report/silent-jobs.ts';
import type { TargetReport } from '../../lambda/report/target.ts';
import type { HeldBackMetric } from '../../lambda/rules/held-back.ts';
import { leftOutLines } from './left-out.ts';
import { table } from './table.ts';

/** A cycle's report for people: a line for each target, then what became of the samples. */
export function describeReport(report: CycleReport): string {
  const { targets, samples, budget, deliveries, state, scrapes, leftOut, idle } = report;
  const { discoveryErrors, breaches, incomplete, silentJobs } = report;
  const lines = [
    `${new Date(report.startedAt).toISOString()}  ${targets.discovered} targets: ${targets.up} up, ${targets.down} down${targets.stopped > 0 ? `, ${targets.stopped} stopped` : ''}; ${Math.round(report.durationMs)} ms`,
  ];
  if (scrapes.length > 0) {
    lines.push(table(['TARGET', 'JOB', 'STATE', 'SAMPLES', 'OFFERED', 'EVENTS'], scrapes.map(row)));
  }
  lines.push(
    `samples: ${samples.scraped} scraped, ${samples.published} published, ${samples.rejected} rejected${counts('; dropped: ', samples.dropped)}${counts('; for other outputs: ', samples.droppedForOthers)}`,
    ...deliveries.map(delivery),
  );
  if (report.repeated > 0) lines.push(`to be delivered again: ${report.repeated} events`);
  if (state.bytes > 0) {
    lines.push(
      `state: ${state.series} series of ${state.targets} targets in ${state.bytes} bytes${state.conflicts > 0 ? `; ${state.conflicts} conflicts` : ''}`,
    );
  }
  if (budget !== undefined) {
    lines.push(
      `metric budget: ${budget.known} of ${budget.limit} known, ${budget.heldBack} held back`,
    );
    lines.push(...budget.examples.map(heldBack));
  }
  if (report.daemons !== undefined) lines.push(...daemonLines(report.daemons));
  for (const each of leftOut) lines.push(...leftOutLines(each));
  for (const part of idle) lines.push(`finds nothing: ${part}`);
  for (const text of incomplete) lines.push(`no dimension set: ${text}`);
  lines.push(...first(MAX_TEXTS, silentJobs.map(silentJob)));
  for (const { id, message, stopped } of scrapes) {
    if (message !== undefined) lines.push(`${stopped ? 'stopped' : 'down'}: ${id}: ${message}`);
  }
  for (const { id, bytes, cpuMs } of report.greedy.slice(0, MAX_TEXTS)) {
    lines.push(`greedy: ${id}: ${bytes} bytes, ${cpuMs} ms of CPU; scraped after all others`);
  }
  for (const breach of breaches) lines.push(`irregular: ${breach}`);
  for (const error of discoveryErrors) lines.push(`discovery: ${error}`);
  for (const { output, errors } of deliveries) {
    for (const error of errors) lines.push(`delivery to ${output}: ${error}`);
  }
  for (const error of state.errors) lines.push(`state: ${error}`);
  return lines.join('\n');
}

function daemonLines(report: DaemonsReport): string[] {
  const { daemons, tasks, standIns, ownSidecars, refused, refusals } = report;
  const further = [
    standIns > 0 ? `${standIns} of them because their own sidecar is down` : '',
    ownSidecars > 0 ? `${ownSidecars} more are counted by their own sidecar` : '',
    refused > 0 ? `${refused} refused` : '',
  ].filter(Boolean);
  return [
    [`daemons: ${daemons} reported ${tasks} tasks`, ...further].join('; '),
    ...first(MAX_TEXTS, refusals).map((text) => `refused: ${text}`),
  ];
}

function row({
  url,
  labels,
  up,
  stopped,
  reason,
  scraped,
  offered,
  events,
}: TargetReport): string[] {
  return [
    url,
    labels.job ?? '',
    stopped ? 'stopped' : up ? 'up' : `down (${reason})`,
    ...[scraped, offered, events].map(String),
  ];
}

function delivery(report: DeliveryReport): string {
  const { output, takes, events, metrics, bytes, requests, rejected, throttled } = report;
  const values = takes === 'samples' ? `${metrics} samples` : `${metrics} metric values`;
  const accepted = takes === undefined ? `${events} events, ${values}` : values;
  const slowed = throttled === undefined ? '' : `, ${throttled} of them throttled`;
  return `${output}: ${accepted}, ${bytes} bytes in ${requests} requests${slowed}${counts('; rejected: ', rejected)}`;
}

function silentJob({ job, targets, samples, dropped, why }: SilentJob): string {
  const because = why === undefined ? '' : `: ${why}`;
  return `nothing published: job ${job}, ${samples} samples of ${targets} targets${counts('; dropped: ', dropped)}${because}`;
}

function heldBack({ metric, combinations, label, values, example }: HeldBackMetric): string {
  const because = label === undefined ? '' : `: ${values} values of ${label}, such as "${example}"`;
  return `held back: ${combinations} of ${metric}${because}`;
}

/** `prefix` and `reason count` of each; empty without any. */
function counts(prefix: string, byReason: Readonly<Partial<Record<string, number>>>): string {
  const entries = Object.entries(byReason);
  if (entries.length === 0) return '';
  return prefix + entries.map(([reason, count]) => `${count} ${reason}`).join(', ');
}
