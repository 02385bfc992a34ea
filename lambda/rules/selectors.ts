import { costOfMatching } from '../model/samples/matched-text.ts';
import type { Pattern } from '../model/settings/config.ts';
import type { Step } from '../model/waiting/turn.ts';

/**
 * Characters of a name that selectors are matched with, four times the limit of CloudWatch. No selector matches a
 * longer name.
 */
export const MAX_SELECTED_NAME = 1_024;

/**
 * Whether any of these selectors finds a match in the name of a metric.
 * @param step called with the cost of each match; an error that it throws ends the work
 */
export function isSelected(name: string, selectors: readonly Pattern[], step?: Step): boolean {
  if (name.length > MAX_SELECTED_NAME) return false;
  return selectors.some((selector) => {
    step?.(costOfMatching(name, selector));
    return selector.test(name);
  });
}
