import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { MISUSE } from './terminal/exit-code.ts';

/** The command line, to which commands are added. */
export interface Program {
  readonly program: Command;
  /** Aborted when the process must end, or nobody reads its output. */
  readonly stop: AbortSignal;
}

export function newProgram(): Program {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  // Nobody reads any more, as with `| head`. Without a listener it would be a crash that leaves the demo's processes
  // behind.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop.abort());
  const program = new Command('fargauge')
    .description('Metrics from Amazon ECS tasks into CloudWatch')
    .version(manifest.version)
    .showHelpAfterError('(--help says more)')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : MISUSE));
  return { program, stop: stop.signal };
}
