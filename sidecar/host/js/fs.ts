import { host } from './host.ts';
import { fileError } from './system-error.ts';

/** The text of a file. @throws SystemError */
export function readFileSync(path: string, _encoding: 'utf8'): string {
  const content = host.readFile(path);
  if (typeof content === 'number') {
    // A directory can be opened, but not read.
    const isDirectory = content === -21;
    if (isDirectory) throw new Error('EISDIR: illegal operation on a directory, read');
    throw fileError(content, 'open', path);
  }
  return host.decode(content, false);
}
