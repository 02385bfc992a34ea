import type { OutputConfig } from '../../lambda/model/settings/output.ts';

/** Values of the option `--output`. */
export const OUTPUTS = ['stdout', 'file', 'cloudwatch-logs'] as const;

type OutputType = (typeof OUTPUTS)[number];

/** The outputs that `--output` names, each once; `path` is that of `--output-file`, which goes with `file`. */
export function outputsOf(types: readonly OutputType[], path = ''): readonly OutputConfig[] {
  return [...new Set(types)].map((type) => (type === 'file' ? { type, path } : { type }));
}
