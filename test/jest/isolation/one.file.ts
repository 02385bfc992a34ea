import { leavesTraces } from './leaving.ts';

leavesTraces();
