import type { Section } from '../recording/native.ts';
import { yamlOf } from '../recording/yaml.ts';

/** The sections of a native document in the order in which data flows, each with what it decides. */
const SECTIONS: readonly (readonly [keys: readonly string[], comment: string])[] = [
  [
    ['cluster_name', 'region', 'endpoint_override'],
    'Where the tasks run. cluster_name is the label ClusterName.',
  ],
  [['ecs_service_discovery'], 'Which tasks of ECS are targets.'],
  [
    ['global', 'scrape_configs'],
    'How targets are scraped, with the keys of Prometheus.\nA job with ecs_discovered: true takes the tasks that are found above.',
  ],
  [
    ['log_group_name', 'disable_metric_extraction', 'emf_processor'],
    'What becomes a metric: metric_declaration selects series by their names and labels, and names the dimensions.\n`fargauge explain` says for each series which entry takes it.',
  ],
  [['outputs', 'remote_write'], 'Where it goes. Without this key it is CloudWatch Logs, as EMF.'],
];

/**
 * A native document with comments.
 *
 * @param origin the sources, in words
 * @param notes further lines above the rules
 */
export function documentOf(tree: Section, origin: string, notes: readonly string[] = []): string {
  const known = SECTIONS.flatMap(([keys]) => keys);
  const others = Object.keys(tree).filter((key) => !known.includes(key));
  const parts = [...SECTIONS, [others, 'Other settings.'] as const].flatMap(([keys, comment]) => {
    const own = Object.fromEntries(
      keys.filter((key) => key in tree).map((key) => [key, tree[key]]),
    );
    if (Object.keys(own).length === 0) return [];
    const lines = keys.includes('emf_processor') ? [comment, ...notes] : [comment];
    return [`${commentOf(lines)}${yamlOf(own)}`];
  });
  const head = commentOf([
    `A configuration of Fargauge, by fargauge init from ${origin}.`,
    'docs/configuration.md has all keys. `fargauge validate` checks them.',
  ]);
  return [head, ...parts].join('\n');
}

function commentOf(texts: readonly string[]): string {
  return texts
    .flatMap((text) => text.split('\n'))
    .map((line) => `# ${line}\n`)
    .join('');
}
