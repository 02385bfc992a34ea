import * as z from 'zod';
import { isConfidential } from './confidential.ts';
import type { Findings } from './findings.ts';
import { describeGiven } from './given.ts';
import { lookup } from './lookup.ts';
import { below, formatPath, type Path, type Place } from './place.ts';
import { meantKey, usableKeys } from './spelling.ts';

/** `params` of an issue that a schema's own check adds. */
export interface IssueDetails {
  /** Text to show instead of the value. */
  readonly given?: string;
  readonly reason?: string;
}

const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'an object',
  record: 'an object',
  string: 'a string',
};

/**
 * Checks `value` at `place` and returns the output of the schema. Each error becomes a finding; then the result is
 * undefined.
 */
export function validate<S extends z.ZodType>(
  schema: S,
  value: unknown,
  place: Place,
  findings: Findings,
): z.output<S> | undefined {
  const shapes = new Map<string, z.ZodObject>();
  const result = schema.safeParse(value, {
    reportInput: true,
    // A process validates a document once, so compiling the schema would cost more than it saves.
    jitless: true,
    error: (issue) => {
      if (issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject) {
        shapes.set(formatPath(pathOf(issue.path)), issue.inst);
      }
      return issue.code === 'invalid_type' ? (TYPES[issue.expected] ?? issue.expected) : undefined;
    },
  });
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const path = pathOf(issue.path);
    if (issue.code === 'unrecognized_keys') {
      const shape = shapes.get(formatPath(path))?.shape ?? {};
      const object = lookup(value, ...path);
      for (const key of issue.keys) {
        rejectKey(key, shape, object, below(place, ...path, key), findings);
      }
    } else {
      const details: IssueDetails = (issue.code === 'custom' && issue.params) || {};
      const hidden = path.length === 0 ? issue.code === 'invalid_type' : isConfidential(path);
      const describe = hidden ? describeType : describeGiven;
      const given = details.given ?? describe(issue.input);
      findings.reject(below(place, ...path), issue.message, given, details.reason);
    }
  }
  return undefined;
}

/**
 * Shows only the type of a value that may be a secret: a document that is not an object, or a wrong type at a secret's
 * place.
 */
function describeType(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number'
    ? `a ${typeof value}`
    : describeGiven(value);
}

/** @param object the object with the key */
function rejectKey(
  key: string,
  shape: z.core.$ZodShape,
  object: unknown,
  place: Place,
  findings: Findings,
): void {
  const meant = meantKey(key, shape, Object(object));
  // The name of the key alone would not do, because the role selects tasks.
  const how = key === 'ecs_sd_configs' && meant !== undefined ? ' with role: ecs' : '';
  const expected =
    meant === undefined
      ? `one of the keys ${usableKeys(shape).join(', ')}`
      : `the key ${JSON.stringify(meant)}${how}`;
  findings.reject(place, expected, 'an unknown key');
}

function pathOf(path: readonly PropertyKey[] | undefined): Path {
  return (path ?? []).map((key) => (typeof key === 'number' ? key : String(key)));
}
