import { once } from 'node:events';
import type { Server } from 'node:net';

/** The user of the sidecar's image. */
const USER = 1000;

/** The remedies, by the code of an error. */
const REMEDIES: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'there is no such file: share the process namespace of the instance, or mount it'],
  ['EACCES', 'not allowed: run as root with the capabilities SYS_ADMIN and SYS_PTRACE'],
  ['EPERM', 'not allowed: run as root with the capabilities SYS_ADMIN and SYS_PTRACE'],
  ['EINVAL', 'it is no network namespace'],
  [
    'EOWNNAMESPACE',
    'it is the network of this container: share the process namespace of the instance',
  ],
  ['EADDRINUSE', 'another program listens on the port'],
]);

/** What Node.js does not have. */
interface Program {
  /** Becomes a user for good, without capabilities. A user who is not root stays. */
  readonly becomeUser?: (id: number) => void;
}

/**
 * Listens on a port of another network namespace too, such as that of the instance, which the VPC reaches.
 *
 * @param namespace its file, such as `/proc/1/ns/net`
 * @returns the reason if it does not listen
 */
export async function listenOutside(
  server: Server,
  namespace: string,
  port: number,
): Promise<string | undefined> {
  if ((process as Program).becomeUser === undefined) return 'Node.js cannot, only the program can';
  try {
    server.listen({ port, namespace } as { port: number });
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return REMEDIES.get((error as NodeJS.ErrnoException).code) ?? String(error);
  }
}

/**
 * Gives up all that `listenOutside` needs, if the process runs as root.
 *
 * @throws Error without the capabilities SETUID and SETGID
 */
export function dropPrivileges(): void {
  const program = process as Program;
  if (program.becomeUser !== undefined) program.becomeUser(USER);
  else if (process.getuid?.() === 0) {
    process.setgroups?.([]);
    process.setgid?.(USER);
    process.setuid?.(USER);
  }
}
