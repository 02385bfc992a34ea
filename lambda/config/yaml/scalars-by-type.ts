import * as z from 'zod';
import { goBoolean, goInteger, goNumber, WrittenScalar } from './written-scalar.ts';

type Schema = z.core.$ZodType;

/** A document as YAML 1.2 reads it. */
export function plainly(tree: unknown): unknown {
  if (tree instanceof WrittenScalar) return tree.value;
  if (Array.isArray(tree)) return tree.map(plainly);
  return isObject(tree) ? mapValues(tree, plainly) : tree;
}

/**
 * A document as Go's YAML reads it, by the types of the target fields. If `schema` expects a text, a scalar stays as
 * written, and null in a list is the empty text; if it expects a number or a flag, those of YAML 1.1 count. Values
 * outside of the schema are as in YAML 1.2.
 */
export function byType(tree: unknown, schema: Schema): unknown {
  const alternatives = alternativesOf(schema);
  if (tree instanceof WrittenScalar) return scalarOf(tree, alternatives);
  if (Array.isArray(tree)) {
    const list = alternatives.find((each) => each instanceof z.ZodArray);
    if (list === undefined) return plainly(tree);
    const { element } = list;
    const takesText = alternativesOf(element).some(isText);
    return tree.map((item) => (item === null && takesText ? '' : byType(item, element)));
  }
  if (!isObject(tree)) return tree;
  const object = alternatives.find((each) => each instanceof z.ZodObject);
  const record = alternatives.find((each) => each instanceof z.ZodRecord);
  return mapValues(tree, (value, key) => {
    const known = object !== undefined && Object.hasOwn(object.shape, key);
    const inner = known ? object.shape[key] : record?.valueType;
    return inner === undefined ? plainly(value) : byType(value, inner);
  });
}

function scalarOf({ text, value }: WrittenScalar, alternatives: readonly Schema[]): unknown {
  if (alternatives.some(isText)) return text;
  const number = alternatives.find((each) => each instanceof z.ZodNumber);
  // Not by `isInt`, which the bundle does without.
  const isInteger = number instanceof z.ZodNumberFormat;
  if (number !== undefined) return (isInteger ? goInteger(text) : goNumber(text)) ?? value;
  if (alternatives.some((each) => each instanceof z.ZodBoolean)) return goBoolean(text) ?? value;
  return value;
}

/** The schemas that a value may have, without their wrappers. */
function alternativesOf(schema: Schema): readonly Schema[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternativesOf);
  if (schema instanceof z.ZodPipe) return alternativesOf(schema.in);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return alternativesOf(schema.unwrap());
  }
  return [schema];
}

function isText(schema: Schema): boolean {
  return schema instanceof z.ZodString;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function mapValues(object: object, map: (value: unknown, key: string) => unknown): object {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}
