/** Burns some CPU, then tells its parent, whenever asked, what it has used by its own account. */

/** Enough for more than a few ticks. */
const BURNT_MICROSECONDS = 300_000;

while (cpuMicroseconds() < BURNT_MICROSECONDS);

process.on('message', () => {
  process.send?.({
    cpuNanoseconds: cpuMicroseconds() * 1000,
    residentBytes: process.memoryUsage.rss(),
  });
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');

function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
