import type { Writable } from 'node:stream';
import type { OutputConfig } from '../model/config.ts';
import type { Output } from '../model/event.ts';
import { cloudWatchLogsOutput } from './cloudwatch-logs.ts';
import { fileOutput } from './file.ts';
import type { LogsSender } from './logs-api.ts';
import { stdoutOutput } from './stdout.ts';

/** What outputs write with. */
export interface OutputMeans {
  /** Asked only where there is such an output. */
  logsClient(): LogsSender;
  readonly stdout: Writable;
  /** Bytes of a line, its end included, that standard output can take. Absent: any number. */
  readonly maxLineBytes?: number | undefined;
}

/** The outputs of a configuration, in its order. */
export function createOutputs(configs: readonly OutputConfig[], means: OutputMeans): Output[] {
  return configs.map((config) => createOutput(config, means));
}

function createOutput(config: OutputConfig, means: OutputMeans): Output {
  switch (config.type) {
    case 'cloudwatch-logs':
      return cloudWatchLogsOutput({ client: means.logsClient() });
    case 'stdout':
      return stdoutOutput(means.stdout, means.maxLineBytes);
    case 'file':
      return fileOutput(config.path);
  }
}
