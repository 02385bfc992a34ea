import { ConfigError } from '../../../lambda/config/findings/errors.ts';
import { loadConfig } from '../../../lambda/config/load.ts';
import { UNREAD_SECRET } from '../../../lambda/config/sources/secret-reader.ts';
import type { Config } from '../../../lambda/model/settings/config.ts';
import { positionOf } from '../../validate/position.ts';
import type { ProblemView } from './view.ts';

/** The name of the text in messages, which leave it out. */
const SOURCE = 'rules';

/** A document as the collector reads it. */
export interface ReadRules {
  /** Absent: it has errors. */
  readonly config?: Config | undefined;
  readonly problems: readonly ProblemView[];
}

/** Reads a native document as the collector does. Files and secrets that it names count as given. */
export async function readRules(text: string): Promise<ReadRules> {
  try {
    const config = await loadConfig({
      config: { path: SOURCE },
      env: {},
      readFile: async (path) => (path === SOURCE ? text : UNREAD_SECRET),
      resolveSecret: async () => UNREAD_SECRET,
    });
    return { config, problems: config.warnings.map((warning) => warningOf(text, warning)) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.issues.map(({ path, message }): ProblemView => {
      const position = positionOf(text, path) ?? positionIn(path);
      return { severity: 'error', message: withoutSource(message), ...position };
    });
    return { problems };
  }
}

/** A warning is one line: the place, a colon, and the reason. */
function warningOf(text: string, warning: string): ProblemView {
  const message = withoutSource(warning);
  const [, path = ''] = /^(\S+?):? /.exec(message) ?? [];
  return { severity: 'warning', message, ...positionOf(text, path) };
}

/** The place of invalid YAML, such as `line 3, column 5`. */
function positionIn(path: string) {
  const [, line, column] = /^line (\d+)(?:, column (\d+))?/.exec(path) ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column ?? 1) };
}

function withoutSource(message: string): string {
  return message.replace(new RegExp(`^(?:--config|${SOURCE}): `), '');
}
