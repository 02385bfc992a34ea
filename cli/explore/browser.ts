import { spawn } from 'node:child_process';

/** The program of each system that opens a URL in the user's browser. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** On Linux and others, by the standard of their desktops: https://portland.freedesktop.org/doc/xdg-open.html */
const XDG = ['xdg-open'] as const;

/** Opens a URL in the user's browser. Resolves to whether a program for that has started. */
export function openBrowser(
  url: string,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const [program, ...args] = OPENERS[platform] ?? XDG;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  // Without a shell, so no character of the URL has a meaning for one.
  const opener = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  opener.once('error', () => resolve(false));
  opener.once('spawn', () => {
    opener.unref();
    resolve(true);
  });
  return promise;
}
