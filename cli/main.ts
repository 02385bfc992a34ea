import { addCollect } from './collect-command.ts';
import { addDemo } from './demo-command.ts';
import { addExplain } from './explain-command.ts';
import { addExplore } from './explore-command.ts';
import { newProgram } from './program.ts';
import { addRecord } from './record-command.ts';
import { addTargets } from './targets-command.ts';
import { addValidate } from './validate-command.ts';

const fargauge = newProgram();
addCollect(fargauge);
addDemo(fargauge);
addExplain(fargauge);
addExplore(fargauge);
addRecord(fargauge);
addTargets(fargauge);
addValidate(fargauge);
await fargauge.program.parseAsync();
