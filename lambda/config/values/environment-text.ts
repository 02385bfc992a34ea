/** A name in braces, a name, or one of the characters that stand for themselves in a shell. */
const REFERENCE = /\$(?:\{([^}]*)\}|(\d|[A-Za-z_]\w*)|([*#$@!?-]))/g;

/**
 * A text in which `$NAME` and `${NAME}` stand for environment variables and `$$` for a dollar sign, as Prometheus 3 reads
 * the values of `external_labels` (os.Expand of Go). A variable that is not set, or empty, is the empty text.
 *
 * @param variable gives the value of a variable; undefined or empty where it has none
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
