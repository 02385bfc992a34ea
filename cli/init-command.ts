import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../lambda/config/findings/errors.ts';
import { variable } from '../lambda/config/sources/request.ts';
import { ENV } from '../lambda/model/settings/names.ts';
import { describeFates } from './init/fate.ts';
import { initialize } from './init/init.ts';
import type { Program } from './program.ts';
import { readRecording } from './recording/file.ts';
import { RecordingError } from './recording/parse.ts';
import { MISUSE } from './terminal/exit-code.ts';
import { print } from './terminal/print.ts';

/** Adds the command `init`. */
export function addInit({ program }: Program): void {
  program
    .command('init')
    .description('write a native configuration, and a CDK app that deploys it')
    .option(
      '--config <path>',
      'the JSON of the CloudWatch Agent, a Prometheus file, or a native document',
    )
    .option(
      '--prometheus-config <path>',
      'the Prometheus file that goes with the JSON of the CloudWatch Agent',
    )
    .option('--adot <path>', 'the YAML of an ADOT or OpenTelemetry Collector')
    .option('--recording <path>', 'a file of `fargauge record`: names what no rule takes')
    .option('--cluster <name>', 'cluster to discover if the source names none')
    .option('--directory <path>', 'where to write', '.')
    .action(async ({ directory, recording: recorded, ...sources }) => {
      const { config, prometheusConfig, adot } = sources;
      if (adot !== undefined && (config ?? prometheusConfig) !== undefined) {
        program.error('error: --adot and --config or --prometheus-config exclude each other');
      }
      const { files, fates } = await orEnd(async () => {
        const recording = recorded === undefined ? undefined : await readRecording(recorded);
        const cluster = sources.cluster ?? variable(process.env, ENV.cluster);
        return initialize({ ...sources, cluster, recording });
      });
      const paths = [...files.keys()].map((name) => join(directory, name));
      for (const path of paths) {
        if (await exists(path)) refuse(path);
      }
      await orEnd(async () => {
        await mkdir(directory, { recursive: true });
        for (const [name, text] of files) {
          // A file that appeared in the meantime stays as it is.
          await writeFile(join(directory, name), text, { flag: 'wx' });
        }
      });
      const lines = [...describeFates(fates), ...paths.map((path) => `written: ${path}`)];
      print(lines.join('\n'));
    });
}

/** The result, or the process's end with the reason why there is none. */
async function orEnd<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isExpected =
      error instanceof ConfigError ||
      error instanceof RecordingError ||
      (error as NodeJS.ErrnoException).code !== undefined;
    if (!isExpected) throw error;
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(MISUSE);
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function refuse(path: string): never {
  process.stderr.write(
    `${path}: expected no such file, given one that exists; use another --directory\n`,
  );
  process.exit(MISUSE);
}
