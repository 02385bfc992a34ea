import { Buffer } from './buffer.ts';
import { host } from './host.ts';

/** Scheme, slashes of either kind, authority, path, query. What follows `#` is for nobody else. */
const PARTS = /^http:[/\\]*([^/\\?#]*)([^?#]*)(\?[^#]*)?/i;

const AUTHORITY = /^(?:(.*)@)?(\[[^\]]*\]|[^:]*)(?::(\d*))?$/;

/** https://url.spec.whatwg.org/#forbidden-domain-code-point, and what is no ASCII: names of other scripts are not taken. */
const NO_HOST = /[^\x21-\x7e]|[#%/:<>?@[\\\]^`{|}]/;

/** A name whose last label looks like a number must be an IPv4 address. */
const NUMERIC = /(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i;

/** https://url.spec.whatwg.org/#path-percent-encode-set and #special-query-percent-encode-set, beside what is no ASCII */
const IN_PATH = /[^\x21-\x7e]|["#<>?^`{}]/gu;
const IN_QUERY = /[^\x21-\x7e]|["#'<>]/gu;

const HIGHEST_PORT = 65_535;
const HTTP_PORT = '80';

/**
 * A URL of the scheme `http`, as the WHATWG has it, without names in other scripts than ASCII: https://url.spec.whatwg.org. All others
 * are no URL here.
 */
export class URL {
  readonly protocol = 'http:';
  readonly username: string;
  readonly password: string;
  /** An IPv6 address has its brackets. */
  readonly hostname: string;
  /** Empty for 80. */
  readonly port: string;
  readonly pathname: string;
  readonly search: string;

  /** @throws TypeError */
  constructor(text: string) {
    const trimmed = text.replace(/^[\0- ]+|[\0- ]+$|[\t\n\r]+/g, '');
    const [, authority, path = '', query = ''] = PARTS.exec(trimmed) ?? [];
    const [, user = '', name, port = ''] = AUTHORITY.exec(authority ?? '') ?? [];
    const hostname = name === undefined ? undefined : hostOf(name);
    if (!hostname || Number(port) > HIGHEST_PORT) throw new TypeError('Invalid URL');
    const [username = '', ...password] = user.split(':');
    this.username = username;
    this.password = password.join(':');
    this.hostname = hostname;
    this.port = port === '' || Number(port) === Number(HTTP_PORT) ? '' : String(Number(port));
    this.pathname = pathOf(path);
    this.search = query === '?' ? '' : query.replace(IN_QUERY, percentEncode);
  }

  static parse(text: string): URL | null {
    try {
      return new URL(text);
    } catch {
      return null;
    }
  }
}

/** The query of a request. */
export class URLSearchParams {
  readonly #query: string;

  constructor(query: string) {
    this.#query = query;
  }

  /** The first value of this name. */
  get(name: string): string | null {
    for (const pair of this.#query.replace(/^\?/, '').split('&')) {
      const at = pair.indexOf('=');
      const key = at < 0 ? pair : pair.slice(0, at);
      if (pair !== '' && decode(key) === name) return at < 0 ? '' : decode(pair.slice(at + 1));
    }
    return null;
  }
}

function hostOf(text: string): string | undefined {
  if (text.startsWith('[')) {
    const address = host.canonical(text.slice(1, -1));
    return address.includes(':') ? `[${address}]` : undefined;
  }
  const name = percentDecode(text).toLowerCase();
  if (NO_HOST.test(name)) return undefined;
  return NUMERIC.test(name) ? ipv4Of(name) : name;
}

/** Also the old forms, such as 127.1 or 0x7f000001: https://url.spec.whatwg.org/#concept-ipv4-parser */
function ipv4Of(text: string): string | undefined {
  const parts = text.replace(/\.$/, '').split('.').map(numberOf);
  const last = parts.pop();
  if (last === undefined || parts.length > 3 || parts.some((part) => !(part < 256)))
    return undefined;
  if (!(last < 256 ** (4 - parts.length))) return undefined;
  const value = parts.reduce((sum, part, index) => sum + part * 256 ** (3 - index), last);
  return [24, 16, 8, 0].map((bits) => Math.floor(value / 2 ** bits) % 256).join('.');
}

function numberOf(text: string): number {
  if (/^0x[\da-f]*$/i.test(text)) return text.length === 2 ? 0 : Number.parseInt(text, 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
}

function pathOf(text: string): string {
  const segments: string[] = [];
  const given = text.replace(/^[/\\]/, '').split(/[/\\]/);
  for (const [index, segment] of given.entries()) {
    const plain = segment.replace(/%2e/gi, '.');
    const isLast = index === given.length - 1;
    if (plain === '..') segments.pop();
    if (plain !== '.' && plain !== '..') segments.push(segment.replace(IN_PATH, percentEncode));
    else if (isLast) segments.push('');
  }
  return `/${segments.join('/')}`;
}

function percentEncode(character: string): string {
  const bytes = [...Buffer.from(character)];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** A part of a form. */
function decode(text: string): string {
  return percentDecode(text.replaceAll('+', ' '));
}

function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  const bytes = [...Buffer.from(text)];
  const decoded: number[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const [byte = 0, ...digits] = bytes.slice(at, at + 3);
    const hex = String.fromCharCode(...digits);
    const isEncoded = byte === 0x25 && /^[\da-f]{2}$/i.test(hex);
    decoded.push(isEncoded ? Number.parseInt(hex, 16) : byte);
    if (isEncoded) at += 2;
  }
  return host.decode(Uint8Array.from(decoded), false);
}
