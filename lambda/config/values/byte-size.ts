import * as z from 'zod';

const EXPECTED = 'a size such as "10MB", or 0 for no limit';

/** units.ParseBase2Bytes of alecthomas/units, which Prometheus uses: kB is invalid, KB and KiB are both 1,024 bytes. */
const SIZES = [
  /^(?:(?:\d+\.?\d*|\.\d+)[KMGTPE]?B)+$/,
  /^(?:(?:\d+\.?\d*|\.\d+)(?:[KMGTPE]iB|B))+$/,
];
const PART = /([\d.]+)([KMGTPE]?)i?B/g;
const PREFIXES = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/** Bytes of a size such as `10MB` or `1GiB512MiB`; undefined for any other text. */
export function parseByteSize(text: string): number | undefined {
  if (/^[+-]?0$/.test(text)) return 0;
  const unsigned = text.replace(/^\+/, '');
  if (!SIZES.some((size) => size.test(unsigned))) return undefined;
  let bytes = 0;
  for (const [, amount = '', prefix = ''] of unsigned.matchAll(PART)) {
    bytes += Number(amount) * 1_024 ** PREFIXES.indexOf(prefix);
  }
  return Number.isSafeInteger(Math.trunc(bytes)) ? Math.trunc(bytes) : undefined;
}

/** Schema of `body_size_limit`; its output is in bytes, 0 meaning no limit. */
export const byteSize = z
  .union([z.literal(0), z.string()], EXPECTED)
  .transform((size, context): number => {
    const bytes = size === 0 ? 0 : parseByteSize(size);
    if (bytes !== undefined) return bytes;
    context.issues.push({ code: 'custom', message: EXPECTED, input: size });
    return z.NEVER;
  });
