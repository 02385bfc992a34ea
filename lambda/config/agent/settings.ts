import * as z from 'zod';
import { blankableText, flag } from '../findings/keys.ts';
import { logGroupName } from '../values/log-group.ts';
import { ecsServiceDiscovery } from './ecs-discovery.ts';
import { emfProcessor } from './emf-processor.ts';

/** The keys that the agent's `logs.metrics_collected.prometheus` and the top of a native document share. */
export const settingsShape = {
  cluster_name: blankableText.optional(),
  log_group_name: logGroupName.optional(),
  disable_metric_extraction: flag.default(false),
  ecs_service_discovery: ecsServiceDiscovery.optional(),
  emf_processor: emfProcessor.optional(),
};

const settings = z.strictObject(settingsShape);

export type Settings = z.output<typeof settings>;
