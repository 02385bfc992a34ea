/** Whether a text is `host:port`, or a host without a port: no other text may become part of a URL. */
export function isAuthority(text: string): boolean {
  return /^[^\s/?#@\\]+$/.test(text) && URL.canParse(`http://${text}`);
}
