import { SETTINGS_PATH } from '../../lambda/config/agent/agent.ts';
import type { Documents } from '../../lambda/config/documents.ts';
import { listOf, lookup } from '../../lambda/config/findings/lookup.ts';
import {
  AGENT_FILE_WITHOUT_EFFECT,
  PROMETHEUS_WITHOUT_EFFECT,
} from '../../lambda/config/prometheus/prometheus.ts';
import { isSection, type Section } from '../recording/native.ts';
import type { Fate } from './fate.ts';

/** Keys of the agent's document outside of its Prometheus section, and where they are in a native one. */
const MOVED: readonly (readonly [path: readonly string[], text: string])[] = [
  [['agent', 'region'], 'region'],
  [['agent', 'credentials', 'role_arn'], 'role_arn of the output cloudwatch-logs'],
  [['logs', 'credentials', 'role_arn'], 'role_arn of the output cloudwatch-logs'],
  [['logs', 'endpoint_override'], 'endpoint_override'],
];

const WITHOUT_EFFECT: Readonly<Record<string, unknown>> = {
  ...PROMETHEUS_WITHOUT_EFFECT,
  ...AGENT_FILE_WITHOUT_EFFECT,
};

/**
 * What becomes of each part of documents that the collector reads by itself.
 *
 * @param warnings those of the collector, about the parts that have no effect
 */
export function fatesOf(documents: Documents, warnings: readonly string[]): readonly Fate[] {
  const fates =
    documents.kind === 'native'
      ? ofKeys('', documents.main?.value, [])
      : [
          ...MOVED.filter(([path]) => lookup(documents.main?.value, ...path) !== undefined).map(
            ([path, text]) => changed(path.join('.'), text),
          ),
          ...ofKeys(
            `${SETTINGS_PATH.join('.')}.`,
            lookup(documents.main?.value, ...SETTINGS_PATH),
            ['prometheus_config_path'],
          ),
          ...ofPath(documents),
          ...ofKeys('Prometheus file: ', documents.prometheus?.value, []),
          ...ofDebug(documents),
        ];
  return [...fates, ...warnings.map(fromWarning)];
}

function ofKeys(before: string, section: unknown, except: readonly string[]): readonly Fate[] {
  if (!isSection(section)) return [];
  return Object.keys(section)
    .filter((key) => !except.includes(key))
    .flatMap((key): readonly Fate[] => {
      if (key in WITHOUT_EFFECT) {
        const reason = WITHOUT_EFFECT[key] ?? 'it has no effect on what is collected';
        return [{ part: `${before}${key}`, fate: 'left out', text: String(reason) }];
      }
      if (key === 'scrape_configs') return jobs(before, section);
      return [{ part: `${before}${key}`, fate: 'taken', text: `as ${key}` }];
    });
}

function jobs(before: string, { scrape_configs: entries }: Section): readonly Fate[] {
  return listOf(entries).map((entry, index) => ({
    part: `${before}scrape_configs[${index}]`,
    fate: 'taken',
    text: `as the job ${String(lookup(entry, 'job_name'))}`,
  }));
}

function ofPath({ main }: Documents): readonly Fate[] {
  const path = [...SETTINGS_PATH, 'prometheus_config_path'];
  return lookup(main?.value, ...path) === undefined
    ? []
    : [changed(path.join('.'), 'the Prometheus file is a part of the document')];
}

function ofDebug({ main }: Documents): readonly Fate[] {
  if (lookup(main?.value, 'agent', 'debug') !== true) return [];
  const text = 'fargauge explain gives the reason for each sample that is not published';
  return [{ part: 'agent.debug', fate: 'left out', text }];
}

function changed(part: string, text: string): Fate {
  return { part, fate: 'changed', text };
}

/** A warning names its document, the place and the reason. */
function fromWarning(warning: string): Fate {
  const [, part = 'configuration', text = warning] = /^[^:]*: (\S+?):? (.*)$/s.exec(warning) ?? [];
  return { part, fate: 'left out', text };
}
