/** The section of a version in a changelog, or the problem without one. */
export function changesOf(
  changelog: string,
  version: string,
): string | { readonly problem: string } {
  const sections = changelog.split(/^## /m).slice(1);
  const found = sections.find((section) => section.startsWith(`[${version}]`));
  if (found === undefined) {
    const known = sections.map((section) => section.split('\n', 1)[0]).join(', ');
    return {
      problem: `CHANGELOG.md: expected a section "## [${version}]", got ${known || 'none'}`,
    };
  }
  return `${found.slice(found.indexOf('\n')).trim()}\n`;
}
