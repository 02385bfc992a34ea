import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { BEHAVIOURS } from '../bench/chaos-sidecar/behaviours.ts';
import { startApplication, startCrowd } from '../bench/chaos-sidecar/pressure.ts';

/**
 * The clients and the application of a behaviour, in a process of their own: `node test/sidecar/crowd.ts <name of the behaviour>`. Prints the
 * application for `FARGAUGE_TARGETS`, reads the URL of the sidecar, and prints a line once all clients have been at its door. Ends when it is killed.
 */
const MOST_CLIENTS = 100;

const behaviour = BEHAVIOURS.find(({ name }) => name === process.argv[2]);
if (behaviour === undefined) throw new Error(`expected a behaviour, got ${process.argv[2]}`);
const application = await startApplication(behaviour);
console.log(application.target);
const [url] = (await once(createInterface(process.stdin), 'line')) as [string];
const { crowd } = behaviour;
if (crowd) await startCrowd(url, { ...crowd, clients: Math.min(crowd.clients, MOST_CLIENTS) });
console.log('all are here');
