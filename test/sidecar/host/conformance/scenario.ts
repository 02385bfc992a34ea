/** Notes a line of what was seen. */
export type Note = (line: string) => void;

/** By name: what is done, and noted. */
export type Scenarios = Readonly<Record<string, (note: Note) => void | Promise<void>>>;

/** An error without what differs from run to run. */
export function textOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return `${code}: ${message.replace(/:\d{2,5}\b/g, ':<port>')}`;
}
