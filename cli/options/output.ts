import type { OutputConfig } from '../../lambda/model/settings/output.ts';

/** Values of the option `--output`. */
export const OUTPUTS = ['stdout', 'file', 'cloudwatch-logs', 'cloudwatch_metrics'] as const;

type OutputType = (typeof OUTPUTS)[number];

/** The outputs that `--output` names, each once; `path` is that of `--output-file`, which goes with `file`. */
export function outputsOf(types: readonly OutputType[], path = ''): readonly OutputConfig[] {
  return [...new Set(types)].map((type) => {
    switch (type) {
      case 'file':
        return { type, path };
      case 'cloudwatch_metrics':
        return { type, name: type, signing: {} };
      default:
        return { type };
    }
  });
}
