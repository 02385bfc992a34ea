import type { ConfigStatus } from '../../lambda/config/live.ts';

/** The state of the configuration as text; empty without news. */
export function describeStatus({ config, changed, unread, refused }: ConfigStatus): string[] {
  const lines = unread.map((error) => `warning: the configuration could not be read: ${error}`);
  if (refused?.isNew) {
    lines.push('the configuration was refused, the last good one stays in use');
    lines.push(...refused.problems.map((problem) => `- ${problem}`));
  }
  if (changed) {
    lines.push(`the configuration of ${config.source} has changed`);
    lines.push(...config.warnings.map((warning) => `warning: ${warning}`));
  }
  return lines;
}
