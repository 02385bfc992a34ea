/** A short, printable quotation of a text. */
export function quote(found: string): string {
  return JSON.stringify(found.length > 60 ? `${found.slice(0, 57)}...` : found);
}
