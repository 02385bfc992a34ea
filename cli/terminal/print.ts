import { coloured } from './colours.ts';

/** Prints a text for people, with a line break, in colours if the stream is a terminal. */
export function print(text: string, stream: NodeJS.WritableStream = process.stdout): void {
  stream.write(`${coloured(text, stream as NodeJS.WriteStream, process.env)}\n`);
}
