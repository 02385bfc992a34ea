import type { ApiCalls } from './api-calls.ts';
import type { Operation } from './request-budget.ts';

/** What an answer of a list has beside its entries. */
interface Page {
  readonly nextToken?: string | undefined;
}

/**
 * Reads a list page by page, each when the one before it is there. A token that was there before would be a loop for ever: that is
 * an error of the calls, and the list ends.
 *
 * @param read asks for the page of a token
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

/** @param pages that were read */
export function repeatedToken(pages: number): string {
  return `repeated a nextToken after ${pages} pages, so the list has no end`;
}
