/** Whether a text is what a pattern says, in which `*` stands for any text and `?` for one character. */
export function matchesText(text: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

/**
 * Whether an ARN is what a pattern in a condition says. "Each of the six colon-delimited components of the ARN is checked
 * separately", so that a wildcard does not reach beyond its own.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export function matchesArn(arn: string, pattern: string): boolean {
  const given = componentsOf(arn);
  const expected = componentsOf(pattern);
  return (
    given.length === expected.length &&
    given.every((component, index) => matchesText(component, expected[index] ?? ''))
  );
}

/** The last of the six may have colons itself. */
function componentsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
