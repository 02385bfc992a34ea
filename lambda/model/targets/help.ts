/** The page that says why a metric is missing. */
export const HELP_PAGE = 'https://github.com/fargauge/fargauge/blob/main/docs/troubleshooting.md';

/** The entries of that page that messages lead to, each by the anchor of its heading. */
export const HELP_ENTRIES = {
  noTarget: 'the-target-is-not-there',
  allDown: 'the-target-is-down',
  nothingPublished: 'the-sample-is-not-published',
  nothingDelivered: 'the-event-is-not-accepted',
  throttled: 'throttled',
  stateConflicts: 'state-conflicts',
  otherArchitecture: 'exec-format-error',
  budgetUsedUp: 'the-cost-is-higher',
} as const;

export type HelpEntry = keyof typeof HELP_ENTRIES;

/** A message, and where its entry is. */
export function withHelp(message: string, entry: HelpEntry): string {
  return `${message}; see ${helpOn(entry)}`;
}

/** The address of an entry. */
export function helpOn(entry: HelpEntry): string {
  return `${HELP_PAGE}#${HELP_ENTRIES[entry]}`;
}
