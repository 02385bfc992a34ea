/** The page that says why a metric is missing. */
export const HELP_PAGE = 'https://github.com/fargauge/fargauge/blob/main/docs/troubleshooting.md';

/** The entries of that page that messages lead to, each by the anchor of its heading. */
export const HELP_ENTRIES = {
  noTarget: 'the-target-is-not-there',
  allDown: 'the-target-is-down',
  nothingPublished: 'the-sample-is-not-published',
  nothingDelivered: 'the-event-is-not-accepted',
} as const;

/** A message, and where its entry is. */
export function withHelp(message: string, entry: keyof typeof HELP_ENTRIES): string {
  return `${message}; see ${HELP_PAGE}#${HELP_ENTRIES[entry]}`;
}
