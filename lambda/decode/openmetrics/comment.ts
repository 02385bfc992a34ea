import { quote } from '../../model/samples/quote.ts';
import type { MetricNames } from '../lines/metric-names.ts';
import type { ExpositionBody } from '../tokens/body.ts';
import { DecodeError } from '../tokens/error.ts';
import { unescapeQuoted } from '../tokens/tokens.ts';
import type { Descriptor, MetricName } from './families.ts';
import { isType, TYPES } from './rules.ts';

const END = '# EOF';
const DESCRIPTOR = /^# (HELP|TYPE|UNIT) (?:([A-Za-z_:][\w:]*)|"((?:[^"\\]|\\.)+)") (.*)$/s;

/**
 * Reads a line that begins with `#`:
 *
 *     descriptor = "# HELP " name " " text | "# TYPE " name " " type | "# UNIT " name " " [ unit ] | "# EOF"
 *     name       = metric name | quoted
 *
 * @param start index of the line
 * @param number the line's, from 1, for the message
 * @param keepsText whether the descriptor has the text of a HELP or UNIT line
 * @throws DecodeError
 */
export function readDescriptor(
  body: ExpositionBody,
  start: number,
  number: number,
  names: MetricNames<MetricName>,
  keepsText: boolean,
): Descriptor {
  const line = body.text(start, body.lineEnd(start));
  if (line === END) return { keyword: 'EOF' };
  const [, keyword, bare, quoted = '', text = ''] = DESCRIPTOR.exec(line) ?? [];
  if (keyword === undefined) {
    throw new DecodeError(
      number,
      `expected # HELP, # TYPE or # UNIT with a metric name and a text, or # EOF, got ${quote(line)}`,
    );
  }
  const family = names.of(bare ?? unescapeQuoted(quoted));
  const { name } = family;
  if (keyword === 'HELP') {
    const help = keepsText ? { family: name, help: unescapeQuoted(text) } : undefined;
    return { keyword, family, text: help };
  }
  if (keyword === 'UNIT') {
    const unit = keepsText ? { family: name, unit: text } : undefined;
    return { keyword, family, unit: text, text: unit };
  }
  if (isType(text)) return { keyword: 'TYPE', family, type: text };
  const types = [...TYPES].join(', ');
  throw new DecodeError(number, `expected a metric type (${types}), got ${quote(text)}`);
}
