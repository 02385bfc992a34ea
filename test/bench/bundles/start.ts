/** `node start.ts FILE`: imports a bundle and prints the milliseconds of CPU time of all threads, which share one core in a small function. */
import { pathToFileURL } from 'node:url';

const [, , file = ''] = process.argv;
const before = process.cpuUsage();
await import(pathToFileURL(file).href);
const { user, system } = process.cpuUsage(before);
process.stdout.write(String((user + system) / 1_000));
