import { readDocuments } from '../../lambda/config/documents.ts';
import { Findings } from '../../lambda/config/findings/findings.ts';
import { loadConfig } from '../../lambda/config/load.ts';
import {
  type ConfigRequest,
  surroundingsOf,
  variable,
} from '../../lambda/config/sources/request.ts';
import { parseText } from '../../lambda/config/yaml/text.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import { ENV } from '../../lambda/model/settings/names.ts';
import type { Omission, Recording } from './format.ts';
import { nativeTree } from './native.ts';
import { redacted } from './redaction.ts';
import type { Secrets } from './secrets.ts';
import { yamlOf } from './yaml.ts';

/** Name of a recorded configuration in messages. */
const SOURCE = 'configuration of the recording';

/**
 * The configuration at these sources as one native document, without secrets.
 *
 * @param secrets gets those that only the documents have
 */
export async function recordedConfiguration(
  request: ConfigRequest,
  secrets: Secrets,
): Promise<{ readonly text: string; readonly omitted: readonly Omission[] }> {
  const findings = new Findings();
  const documents = await readDocuments(request, findings);
  const given = variable(request.env, ENV.outputs);
  const outputs = given && (await parseText(ENV.outputs, given, findings))?.tree;
  const native = nativeTree(documents, surroundingsOf(request.env), outputs || undefined);
  const { document, omitted } = redacted(native, secrets);
  return { text: yamlOf(document), omitted };
}

/**
 * The configuration of a recording. Nothing but its text decides it: no file, no environment.
 *
 * @throws ConfigError
 */
export function configurationOf({
  configuration,
}: Pick<Recording, 'configuration'>): Promise<Config> {
  return loadConfig({
    config: { path: SOURCE },
    env: {},
    readFile: async (path) => {
      if (path === SOURCE) return configuration;
      throw new Error('a recording has no other files');
    },
  });
}
