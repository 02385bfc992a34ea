import { readFile } from 'node:fs/promises';
import { ConfigError } from '../../lambda/config/findings/errors.ts';
import { LiveConfig } from '../../lambda/config/live.ts';
import { awsStores } from '../../lambda/config/sources/aws-stores.ts';
import { MISUSE } from '../terminal/exit-code.ts';

/** The configuration of the options; ends the process with all errors if it is invalid. */
export async function configOf(
  options: {
    readonly config?: string;
    readonly prometheusConfig?: string;
    readonly region?: string;
    readonly endpointUrl?: string;
  },
  env: Readonly<Record<string, string | undefined>>,
): Promise<LiveConfig> {
  const { config, prometheusConfig } = options;
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  try {
    const request = {
      config: config === undefined ? undefined : { path: config },
      prometheusConfig: prometheusConfig === undefined ? undefined : { path: prometheusConfig },
      env: { ...process.env, ...given },
      readFile: (path: string) => readFile(path, 'utf8'),
    };
    const configuration = await LiveConfig.load(
      request,
      awsStores({ region: options.region, endpoint: options.endpointUrl }),
    );
    const { warnings } = configuration.config;
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
    return configuration;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(MISUSE);
  }
}
