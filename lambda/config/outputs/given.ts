import { ENV } from '../../model/settings/names.ts';
import type { Findings } from '../findings/findings.ts';
import { listOf } from '../findings/lookup.ts';
import { below, type Place } from '../findings/place.ts';
import { validate } from '../findings/validate.ts';
import { checkHttpClient } from '../http/consistency.ts';
import { type Environment, variable } from '../sources/request.ts';
import { byType } from '../yaml/scalars-by-type.ts';
import { parseText } from '../yaml/text.ts';
import { type OutputKeys, outputs } from './outputs.ts';

/** Outputs of the environment, which replace those of the documents. */
export interface GivenOutputs {
  readonly outputs: readonly OutputKeys[];
  /** Place of the list. */
  readonly place: Place;
}

/**
 * The outputs in `FARGAUGE_OUTPUTS`: a list as `outputs` of a native document, in YAML or JSON. The variable is for
 * values that only the deployment knows, such as the URL of a workspace, and for documents without such a key.
 *
 * @returns undefined without the variable, or if it is wrong, which is a finding
 */
export async function givenOutputs(
  env: Environment,
  findings: Findings,
): Promise<GivenOutputs | undefined> {
  const text = variable(env, ENV.outputs);
  if (text === undefined) return undefined;
  const place: Place = { source: ENV.outputs, path: [] };
  const parsed = await parseText(ENV.outputs, text, findings);
  if (parsed === undefined) return undefined;
  const value = byType(parsed.tree, outputs);
  for (const [index, entry] of listOf(value).entries()) {
    checkHttpClient(entry, below(place, index), findings);
  }
  const valid = validate(outputs, value, place, findings);
  return valid && { outputs: valid, place };
}
