import { join } from 'node:path';
import { AnsweringThread } from '../../../../../infra/configuration/check/answering-thread.ts';

const thread = new AnsweringThread<string, { readonly question: string }>(
  join(import.meta.dirname, 'echo.ts'),
);
process.stdout.write(`${thread.ask('once').question}\n`);
