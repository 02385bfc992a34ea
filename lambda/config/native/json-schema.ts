import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { FLAGS } from '../yaml/written-scalar.ts';
import { KEY_DESCRIPTIONS } from './key-descriptions.ts';
import { KEYS_BY_TYPE, nativeDocument } from './native.ts';

/** Path of the schema. */
export const SCHEMA_FILE = join(import.meta.dirname, '../../../schema/fargauge.schema.json');

const NO_EFFECT = 'Accepted, but has no effect.';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * The JSON Schema of the native document, for editors: it knows every key, its type and its purpose, but not the checks
 * that need code, such as expressions and contradictions.
 */
export function nativeJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(nativeDocument, { io: 'input', target: 'draft-7' });
  const description = 'The native configuration of Fargauge.';
  for (const key of KEYS_BY_TYPE) {
    const property = schema.properties?.[key];
    if (isObject(property)) schema.properties = { ...schema.properties, [key]: byType(property) };
  }
  return { ...described(schema, ''), title: 'Fargauge', description };
}

/**
 * Accepts the types that an editor, which reads YAML 1.2, gives to unquoted values that the collector reads as texts or
 * flags.
 */
function byType(schema: JsonSchema): JsonSchema {
  const { propertyNames, ...others } = schema;
  const widened = mapValues(others, (value) => {
    if (Array.isArray(value)) return value.map((item) => (isObject(item) ? byType(item) : item));
    return isObject(value) ? byType(value) : value;
  });
  const names = propertyNames === undefined ? {} : { propertyNames };
  if (widened.type === 'boolean') {
    const { type: _, ...flag } = widened;
    return { ...flag, ...names, enum: [true, false, ...FLAGS.keys()] };
  }
  if (widened.type !== 'string' || 'enum' in widened || 'const' in widened) {
    return { ...widened, ...names };
  }
  return { ...widened, ...names, type: ['string', 'number', 'boolean'] as never };
}

/**
 * Describes every key, and drops the keys that are known only to be refused, so that an editor does not offer them.
 * @param name name of the key
 */
function described(schema: JsonSchema, name: string): JsonSchema {
  const { properties, ...others } = schema;
  const result = mapValues(others, (value) => {
    if (Array.isArray(value)) return value.map((item) => inner(item, name));
    return inner(value, name);
  });
  if (!isObject(properties)) return result;
  const allowed = Object.entries(properties).filter(([, property]) => !isRefused(property));
  const entries = allowed.map(([key, property]) => {
    const known = isObject(property) ? property.description : undefined;
    const own = KEY_DESCRIPTIONS[`${name}.${key}`] ?? KEY_DESCRIPTIONS[key];
    const description = known ?? own ?? (isAnything(property) ? NO_EFFECT : undefined);
    return [key, { ...(inner(property, key) as JsonSchema), ...(description && { description }) }];
  });
  return { ...result, properties: Object.fromEntries(entries) };
}

function inner(value: unknown, name: string): unknown {
  return isObject(value) ? described(value, name) : value;
}

/** Whether zod made it of `never`. */
function isRefused(property: unknown): boolean {
  return isObject(property) && isAnything(property.not);
}

/** Whether zod made it of `unknown`. */
function isAnything(property: unknown): boolean {
  return isObject(property) && Object.keys(property).length === 0;
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapValues(object: JsonSchema, map: (value: unknown) => unknown): JsonSchema {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

if (import.meta.main) writeFileSync(SCHEMA_FILE, JSON.stringify(nativeJsonSchema()));
