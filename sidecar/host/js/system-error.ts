/** Numbers of Linux, which are the same on both architectures, with the texts of Node.js. */
const ERRORS: Readonly<Record<number, readonly [code: string, text: string]>> = {
  1: ['EPERM', 'operation not permitted'],
  2: ['ENOENT', 'no such file or directory'],
  5: ['EIO', 'i/o error'],
  9: ['EBADF', 'bad file descriptor'],
  11: ['EAGAIN', 'resource temporarily unavailable'],
  12: ['ENOMEM', 'not enough memory'],
  13: ['EACCES', 'permission denied'],
  20: ['ENOTDIR', 'not a directory'],
  21: ['EISDIR', 'illegal operation on a directory'],
  22: ['EINVAL', 'invalid argument'],
  23: ['ENFILE', 'file table overflow'],
  24: ['EMFILE', 'too many open files'],
  28: ['ENOSPC', 'no space left on device'],
  32: ['EPIPE', 'broken pipe'],
  36: ['ENAMETOOLONG', 'name too long'],
  40: ['ELOOP', 'too many symbolic links encountered'],
  97: ['EAFNOSUPPORT', 'address family not supported'],
  98: ['EADDRINUSE', 'address already in use'],
  99: ['EADDRNOTAVAIL', 'address not available'],
  100: ['ENETDOWN', 'network is down'],
  101: ['ENETUNREACH', 'network is unreachable'],
  103: ['ECONNABORTED', 'software caused connection abort'],
  104: ['ECONNRESET', 'connection reset by peer'],
  105: ['ENOBUFS', 'no buffer space available'],
  107: ['ENOTCONN', 'socket is not connected'],
  110: ['ETIMEDOUT', 'connection timed out'],
  111: ['ECONNREFUSED', 'connection refused'],
  112: ['EHOSTDOWN', 'host is down'],
  113: ['EHOSTUNREACH', 'host is unreachable'],
  // No number of Linux: `listenIn` gives it.
  100001: ['EOWNNAMESPACE', 'the own network namespace'],
};

/** An error of the kernel. */
export interface SystemError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
}

/**
 * The error with its code, as Node.js words it.
 *
 * @param errno negative or positive
 * @param detail what follows the code: an address, say. With `text` the code's meaning stands before it.
 */
export function systemError(errno: number, syscall: string, detail = ''): SystemError {
  const [code] = known(errno);
  return withCode(`${syscall} ${code}${detail}`, errno, syscall);
}

/** `ENOENT: no such file or directory, open '/x'` */
export function fileError(errno: number, syscall: string, path: string): SystemError {
  const [code, text] = known(errno);
  return withCode(`${code}: ${text}, ${syscall} '${path}'`, errno, syscall);
}

/** `listen EADDRINUSE: address already in use 127.0.0.1:80` */
export function listenError(errno: number, address: string): SystemError {
  return systemError(errno, 'listen', `: ${known(errno)[1]} ${address}`);
}

function known(errno: number): readonly [string, string] {
  const number = Math.abs(errno);
  return ERRORS[number] ?? [`E${number}`, `error ${number}`];
}

function withCode(message: string, errno: number, syscall: string): SystemError {
  const [code] = known(errno);
  return Object.assign(new Error(message), { code, errno: -Math.abs(errno), syscall });
}
