/**
 * A process that burns a given share of one CPU: `node load.ts 0.4`. The container that a task of the demo measures.
 * Ends with its parent.
 */
const PERIOD_MS = 100;

const share = Number(process.argv[2]);
if (!(share >= 0 && share <= 1)) {
  process.stderr.write(`load: expected a share from 0 to 1, got ${process.argv[2]}\n`);
  process.exit(2);
}
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
burn();

function burn(): void {
  const end = performance.now() + PERIOD_MS * share;
  while (performance.now() < end);
  // Even with a share of 1, a turn of the event loop must notice that the parent is gone.
  setTimeout(burn, PERIOD_MS * (1 - share));
}
