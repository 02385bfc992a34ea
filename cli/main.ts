import { addCollect } from './collect-command.ts';
import { addDemo } from './demo-command.ts';
import { newProgram } from './program.ts';
import { addValidate } from './validate-command.ts';

const fargauge = newProgram();
addCollect(fargauge);
addDemo(fargauge);
addValidate(fargauge);
await fargauge.program.parseAsync();
