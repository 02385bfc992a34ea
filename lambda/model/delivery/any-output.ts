import type { Output } from './event.ts';
import type { MetricOutput } from './metric-output.ts';
import type { SampleOutput } from './sample-output.ts';

/** A place where something of each target goes. */
export type AnyOutput = Output | MetricOutput | SampleOutput;
