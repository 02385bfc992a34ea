import * as z from 'zod';
import type { OutputConfig } from '../model/config.ts';
import { text } from './keys.ts';
import { formatPath } from './place.ts';

const TYPES = ['cloudwatch-logs', 'stdout', 'file'] as const satisfies OutputConfig['type'][];

const TYPE_EXPECTED = `one of ${TYPES.join(', ')}`;
const LIST_EXPECTED = 'a list of at least one output';
const PATH_EXPECTED = 'the path of a file';
const NO_PATH_EXPECTED = 'no path, which only the type file has';

const output = z
  .strictObject({ type: z.enum(TYPES, TYPE_EXPECTED), path: text.optional() })
  .transform(({ type, path }, context): OutputConfig => {
    if (type === 'file' && path !== undefined) return { type, path };
    if (type !== 'file' && path === undefined) return { type };
    const message = type === 'file' ? PATH_EXPECTED : NO_PATH_EXPECTED;
    context.issues.push({ code: 'custom', message, path: ['path'], input: path });
    return z.NEVER;
  });

/** Schema of `outputs`. No two of them write to the same place. */
export const outputs = z
  .array(output)
  .min(1, LIST_EXPECTED)
  .superRefine((list, context) => {
    const first = new Map<string, number>();
    for (const [index, entry] of list.entries()) {
      const key = JSON.stringify(entry);
      const earlier = first.get(key);
      if (earlier === undefined) first.set(key, index);
      else {
        const message = `another output than ${formatPath(['outputs', earlier])}`;
        context.addIssue({ code: 'custom', message, path: [index], params: { given: 'the same' } });
      }
    }
  });
