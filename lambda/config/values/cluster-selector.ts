import * as z from 'zod';

const EXPECTED = 'the name or ARN of a cluster, or a pattern of one such as "prod-*"';

/** Names of clusters have letters, digits, `_` and `-`, so `*` and `?` can only be meant as a pattern. */
const SELECTOR = /^(?:arn:[\w-]+:ecs:([\w-]+):\d{12}:cluster\/)?[\w*?-]{1,255}$/;

/** Schema of what selects clusters: a name, an ARN, or either with `*` and `?` in the name. */
export const clusterSelector = z.string(EXPECTED).regex(SELECTOR, EXPECTED);

/** The Region that an ARN names. */
export function regionOfCluster(selector: string): string | undefined {
  return SELECTOR.exec(selector)?.[1];
}
