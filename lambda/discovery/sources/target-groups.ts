import * as z from 'zod';
import { type FoundTarget, filled } from '../found/target.ts';

/**
 * Lists of targets, as files and HTTP servers give them to Prometheus:
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config
 */
const targetGroups = z.array(
  z.strictObject({
    targets: z.array(z.string()).nullish(),
    labels: z.record(z.string().min(1), z.string()).nullish(),
  }),
);

/**
 * Reads a list in JSON.
 * @param labels further labels of each target
 * @throws {Error} if the text is not such a list
 */
export function readJsonGroups(text: string, labels: Readonly<Record<string, string>>) {
  return toFound(JSON.parse(text), labels);
}

/** The same in YAML, in which every value is a text: `version: 1.10` means "1.10". */
export async function readYamlGroups(text: string, labels: Readonly<Record<string, string>>) {
  const { parse } = await import('yaml');
  return toFound(parse(text, { schema: 'failsafe', logLevel: 'error' }), labels);
}

function toFound(value: unknown, labels: Readonly<Record<string, string>>): FoundTarget[] {
  // An empty document is an empty list, in Go.
  const { data, error } = targetGroups.safeParse(value || []);
  if (error !== undefined) {
    const [issue] = error.issues;
    const place = issue?.path.map((key) => `[${JSON.stringify(key)}]`).join('');
    throw new Error(
      `expected a list of target groups, got at ${place || 'its top'}: ${issue?.message}`,
    );
  }
  return data.flatMap(({ targets, labels: ofGroup }) =>
    (targets ?? []).map((address) => ({ address, labels: filled({ ...ofGroup, ...labels }) })),
  );
}
