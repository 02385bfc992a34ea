import * as z from 'zod';

const EXPECTED = 'the name or ARN of a cluster, or a pattern of one such as "prod-*"';

/** Names of clusters consist of letters, digits, `_` and `-`, so `*` and `?` always mean a pattern. */
const SELECTOR = /^(?:arn:[\w-]+:ecs:([\w-]+):\d{12}:cluster\/)?[\w*?-]{1,255}$/;

/** Schema of a cluster selector: a name, an ARN, or either with `*` and `?` in the name. */
export const clusterSelector = z.string(EXPECTED).regex(SELECTOR, EXPECTED);

/** The Region that an ARN names. */
export function regionOfCluster(selector: string): string | undefined {
  return SELECTOR.exec(selector)?.[1];
}
