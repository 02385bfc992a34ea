/** A short, printable quotation of what was found. */
export function quote(found: string): string {
  return JSON.stringify(found.length > 60 ? `${found.slice(0, 57)}...` : found);
}
