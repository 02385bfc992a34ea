import { maxCharactersFor, type Program } from '../model/samples/matched-text.ts';
import type { Findings } from './findings/findings.ts';
import { below, type Place } from './findings/place.ts';

/** Longer than names of metrics, and than most joined labels. Characters. */
const ORDINARY_TEXT = 512;

/** The rules of this key read the labels of discovery, without a bound. */
const UNBOUNDED = 'relabel_configs';

/** Warns of the expressions in a checked document whose bound on the length of texts is so small that ordinary texts exceed it. */
export function warnOfLargeExpressions(value: unknown, place: Place, findings: Findings): void {
  if (typeof value !== 'object' || value === null) return;
  if (isProgram(value)) {
    const most = maxCharactersFor(value);
    if (most >= ORDINARY_TEXT) return;
    const text = `is a large expression, so it reads texts of at most ${most} characters: put ^ before a list of names and no repetition such as .* beside it, or split it`;
    findings.warn(place, text);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if (key === UNBOUNDED) continue;
    const at = below(place, Array.isArray(value) ? Number(key) : key);
    warnOfLargeExpressions(item, at, findings);
  }
}

function isProgram(value: object): value is Program {
  return 'ofCharacter' in value;
}
