/** A name in braces, a name, or one of the special characters of a shell. */
const REFERENCE = /\$(?:\{([^}]*)\}|(\d|[A-Za-z_]\w*)|([*#$@!?-]))/g;

/**
 * Replaces `$NAME` and `${NAME}` by environment variables and `$$` by a dollar sign, as Prometheus 3 does in
 * `external_labels` (os.Expand of Go). A variable that is not set, or empty, gives the empty text.
 *
 * @param variable the value of a variable; undefined or empty without one
 */
export function expandEnvironment(
  text: string,
  variable: (name: string) => string | undefined,
): string {
  return text.replace(REFERENCE, (_, braced?: string, name?: string, special?: string) => {
    const asked = braced ?? name ?? special ?? '';
    if (asked === '' || asked === '$') return asked;
    return variable(asked) ?? '';
  });
}
