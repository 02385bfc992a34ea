/** Entries in the order of their arrival, each with a number of its own, so that a page survives removals. */
export class PagedMap<Entry> {
  readonly #entries = new Map<string, { readonly position: number; entry: Entry }>();
  #position = 0;

  /** Adds an entry at the end, or replaces one where it stands. */
  put(key: string, entry: Entry): void {
    const present = this.#entries.get(key);
    if (present !== undefined) {
      present.entry = entry;
      return;
    }
    this.#position += 1;
    this.#entries.set(key, { position: this.#position, entry });
  }

  remove(key: string): boolean {
    return this.#entries.delete(key);
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key)?.entry;
  }

  values(): Entry[] {
    return Array.from(this.#entries.values(), ({ entry }) => entry);
  }

  /** Up to `limit` entries that pass `keep`, after the page with `token`. Returns `undefined` for an unknown token. */
  page(limit: number, token: string | undefined, keep: (entry: Entry) => boolean) {
    const after = token === undefined ? 0 : positionOf(token);
    if (after === undefined) return undefined;
    const page: Entry[] = [];
    let last = after;
    for (const { position, entry } of this.#entries.values()) {
      if (position <= after || !keep(entry)) continue;
      if (page.length === limit) return { page, nextToken: tokenOf(last) };
      page.push(entry);
      last = position;
    }
    return { page, nextToken: undefined };
  }
}

function tokenOf(position: number): string {
  return Buffer.from(`after:${position}`).toString('base64url');
}

function positionOf(token: string): number | undefined {
  const match = /^after:(\d+)$/.exec(Buffer.from(token, 'base64url').toString('latin1'));
  return match ? Number(match[1]) : undefined;
}
