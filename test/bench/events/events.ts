import { table } from '../../../cli/describe/table.ts';
import { memoryVariables } from '../../../infra/collector/resources/memory-variables.ts';
import { askOnce } from '../fresh-process.ts';
import { shownVariables } from '../machine.ts';
import { median, range } from '../statistics.ts';
import type { EventsFigures } from './case.ts';
import { STAGES } from './stages.ts';

/** As the function has by default. */
const VARIABLES = memoryVariables(512);

/** What each stage takes if every series is published as EMF: all but the scrape. */
export async function runEvents(): Promise<void> {
  const { seconds, sent } = await askOnce<object, EventsFigures>('events/case.ts', {}, VARIABLES);
  console.log(`events: Node.js with ${shownVariables(VARIABLES)}`);
  console.log(
    `events: CPU seconds for a million samples of targets with 1,000 series each, all selected; ${(sent / 1e6).toFixed(0)} MB of requests\n`,
  );
  const rows = STAGES.map((stage) => [
    stage,
    median(seconds[stage]).toFixed(2),
    range(seconds[stage], 2),
  ]);
  console.log(table(['stage', 'CPU s', 'range'], rows));
  console.log();
}
