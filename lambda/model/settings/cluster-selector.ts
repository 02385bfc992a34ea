/** A cluster selector is a name, an ARN, or a pattern of either, in which `*` is any text and `?` is one character. */

/** Whether it may select several clusters, or none. Names consist of letters, digits, `_` and `-` only. */
export function isClusterPattern(selector: string): boolean {
  return /[*?]/.test(selector);
}

/** The name in a name or an ARN such as `arn:aws:ecs:eu-west-1:123456789012:cluster/shop`. */
export function clusterNameOf(selector: string): string {
  return selector.slice(selector.lastIndexOf('/') + 1);
}
