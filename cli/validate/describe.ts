import type { Validation } from './validate.ts';

/** The results for people: one paragraph for each configuration, errors before warnings. */
export function describeValidations(validations: readonly Validation[]): string {
  return validations.map(describe).join('\n');
}

function describe({ name, errors, warnings, notChecked }: Validation): string {
  const counts = [
    count(errors.length, 'error'),
    count(warnings.length, 'warning'),
    notChecked.length > 0 ? `${notChecked.length} not checked` : '',
  ].filter((each) => each !== '');
  return [
    `${name}: ${counts.length > 0 ? counts.join(', ') : 'ok'}`,
    ...errors.map(({ message, line }) => `  error: ${message}${line ? ` (line ${line})` : ''}`),
    ...warnings.map((warning) => `  warning: ${warning}`),
    ...notChecked.map((each) => `  not checked, because validate uses no network: ${each}`),
  ].join('\n');
}

function count(number: number, noun: string): string {
  if (number === 0) return '';
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
