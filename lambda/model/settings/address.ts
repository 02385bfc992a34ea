/** Whether a text is `host:port`, or a host that listens on the port of its scheme: nothing that could change a URL otherwise. */
export function isAuthority(text: string): boolean {
  return /^[^\s/?#@\\]+$/.test(text) && URL.canParse(`http://${text}`);
}
