/**
 * A sidecar in a network that has one family of addresses alone, in a process in a network of its own:
 * `unshare --net node one-family.ts IPv4|IPv6 <the sidecar's command>`. Writes what it sees as JSON.
 */
import { readFile } from 'node:fs/promises';
import { readValue } from '../../sidecar/exposition/read-text.ts';
import { startMetadataStandIn } from '../../sidecar/metadata-stand-in.ts';
import { sampleStats, sampleTask } from '../../sidecar/sample-documents.ts';
import { startSidecar } from '../../sidecar/sidecar-process.ts';
import { run } from '../install/command.ts';

/** What is seen of it. */
export interface Seen {
  /** A figure that its page has. */
  readonly cpu: number | undefined;
  /** Exit code of its health check. */
  readonly health: number | null;
}

const [family, ...command] = process.argv.slice(2);
const host = family === 'IPv6' ? '::1' : '127.0.0.1';

run('ip', ['link', 'set', 'lo', 'up']);
if (family === 'IPv6') run('ip', ['address', 'delete', '127.0.0.1/8', 'dev', 'lo']);
else run('sysctl', ['-q', 'net.ipv6.conf.all.disable_ipv6=1']);

await using standIn = await startMetadataStandIn(host);
standIn.serve(sampleTask(), sampleStats(0));
const env = {
  ECS_CONTAINER_METADATA_URI_V4: standIn.uri,
  ECS_METRICS_EXPORTER_HOST: '',
  PATH: process.env.PATH ?? '',
};
await using sidecar = startSidecar(env, { command });
const { port } = new URL((await sidecar.url()).replace('://::', '://[::]'));
const page = await fetch(`http://${family === 'IPv6' ? '[::1]' : host}:${port}/metrics`);
const cpu = readValue(await page.text(), 'ee_task_cpu_utilization_percent');
const check = startSidecar(
  { ...env, ECS_METRICS_EXPORTER_PORT: port },
  { command, args: ['health'] },
);
const seen: Seen = { cpu, health: (await check.ending).code };
console.log(JSON.stringify(seen));
// The command waits for the sidecar, which has another user and does not end with it.
const { pid } = sidecar.process;
process.kill(Number(await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')), 'SIGTERM');
await sidecar.ending;
