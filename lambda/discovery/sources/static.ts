import type { ScrapeJob } from '../../model/settings/config.ts';
import { type FoundTarget, filled } from '../found/target.ts';

/** The targets that a job names itself (`static_configs`). */
export function staticTargets({ staticConfigs }: ScrapeJob): FoundTarget[] {
  return staticConfigs.flatMap(({ targets, labels }) =>
    targets.map((address) => ({ address, labels: filled(labels) })),
  );
}
