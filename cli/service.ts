/** The command line for machines without the repository, in one file when bundled: without the demo, which runs sources. */

import { addCollect } from './collect-command.ts';
import { newProgram } from './program.ts';

const fargauge = newProgram();
addCollect(fargauge);
await fargauge.program.parseAsync();
