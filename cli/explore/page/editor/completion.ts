import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import schema from '../../../../schema/fargauge.schema.json' with { type: 'json' };
import { type Choice, choicesAt } from './schema-choices.ts';

/** Completes keys and values of the native document by its JSON Schema. */
export function completeKeys(context: CompletionContext): CompletionResult | null {
  const found = choicesAt(schema, context.state.doc.toString(), context.pos);
  const isAsked = context.explicit || found.from < context.pos;
  if (found.choices.length === 0 || !isAsked) return null;
  return { from: found.from, options: found.choices.map(optionOf), validFor: /^[\w-]*$/ };
}

function optionOf({ text, isKey, description }: Choice): Completion {
  return {
    label: text,
    apply: isKey ? `${text}: ` : text,
    type: isKey ? 'property' : 'enum',
    ...(description !== undefined && { info: description }),
  };
}
