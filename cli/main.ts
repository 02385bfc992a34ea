import { addCollect } from './collect-command.ts';
import { addDemo } from './demo-command.ts';
import { newProgram } from './program.ts';

const fargauge = newProgram();
addCollect(fargauge);
addDemo(fargauge);
await fargauge.program.parseAsync();
