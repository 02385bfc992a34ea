import type { ApiCalls } from './api-calls.ts';
import type { Operation } from './request-budget.ts';

/** The token in an answer of a list. */
interface Page {
  readonly nextToken?: string | undefined;
}

/**
 * Reads a list page by page. A repeated token would loop for ever: it is an error of the calls, and ends the list.
 *
 * @param read requests the page of a token
 * @param onPage takes each page
 * @returns whether all pages were read
 */
export async function readPages<P extends Page>(
  operation: Operation,
  calls: ApiCalls,
  read: (nextToken: string | undefined) => Promise<P | undefined>,
  onPage: (page: P) => void,
): Promise<boolean> {
  const tokens = new Set<string>();
  let page = await read(undefined);
  while (page !== undefined) {
    onPage(page);
    const token: unknown = page.nextToken;
    if (!token) return true;
    if (typeof token !== 'string' || tokens.has(token)) {
      const isText = typeof token === 'string';
      const why = isText ? repeatedToken(tokens.size + 1) : 'gave a nextToken that is not a string';
      calls.fail(operation, isText ? 'Loop' : 'Malformed', why);
      return false;
    }
    tokens.add(token);
    page = await read(token);
  }
  return false;
}

/** @param pages number of pages read */
export function repeatedToken(pages: number): string {
  return `repeated a nextToken after ${pages} pages, so the list has no end`;
}
