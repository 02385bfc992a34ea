import * as z from 'zod';
import { ecsServiceDiscovery } from './ecs-discovery.ts';
import { emfProcessor } from './emf-processor.ts';
import { blankableText, flag } from './keys.ts';
import { logGroupName } from './log-group.ts';

/** The keys that the agent's `logs.metrics_collected.prometheus` and the top of a native document have in common. */
export const settingsShape = {
  cluster_name: blankableText.optional(),
  log_group_name: logGroupName.optional(),
  disable_metric_extraction: flag.default(false),
  ecs_service_discovery: ecsServiceDiscovery.optional(),
  emf_processor: emfProcessor.optional(),
};

const settings = z.strictObject(settingsShape);

export type Settings = z.output<typeof settings>;
