import { createHash } from 'node:crypto';

/** An index in the path of a key, as in `scrape_configs[0]`. */
const INDEX = /\[\d+\]/g;

const LENGTH = 8;

/**
 * The id for acknowledging a warning, such as `configuration-1f0c9a2b`. It depends on the text of the warning, not on
 * its number or on indices of lists, which change with every other line of a configuration.
 */
export function warningId(kind: string, message: string): string {
  const digest = createHash('sha256').update(message.replace(INDEX, '[]')).digest('hex');
  return `${kind}-${digest.slice(0, LENGTH)}`;
}
