/** The used part of `node:path`, for a browser. Paths are those of POSIX. */

export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

export function dirname(path: string): string {
  const end = path.lastIndexOf('/');
  return end < 0 ? '.' : path.slice(0, end) || '/';
}

/** Does not resolve `..`, because no file is read with the result. */
export function join(...parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '' && part !== '.')
    .join('/')
    .replace(/\/+/g, '/');
}
