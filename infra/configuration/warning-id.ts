import { createHash } from 'node:crypto';

/** An index in the path of a key, as in `scrape_configs[0]`. */
const INDEX = /\[\d+\]/g;

const LENGTH = 8;

/**
 * What a warning is acknowledged by, such as `configuration-1f0c9a2b`. It goes by what the warning says, and not by how many come
 * before, nor by where in a list its subject stands: those change with every other line of a configuration.
 */
export function warningId(kind: string, message: string): string {
  const digest = createHash('sha256').update(message.replace(INDEX, '[]')).digest('hex');
  return `${kind}-${digest.slice(0, LENGTH)}`;
}
