import type { Labels } from '../model/samples/sample.ts';
import type { DeclaredSet } from './publication-list.ts';

/** Bits of a combination's hash; six bytes. */
export const HASH_BITS = 48;

/** Offset basis and prime of FNV-1a, 32 bits: https://datatracker.ietf.org/doc/html/rfc9923 */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Of MurmurHash2 and of the finaliser of MurmurHash3: https://github.com/aappleby/smhasher */
const MURMUR_SEED = 0x9747b28c;
const MURMUR_FACTOR = 0x5bd1e995;
const MIX_FACTORS = [0x85ebca6b, 0xc2b2ae35] as const;

/** Not a code unit of any text, so that `a`, `bc` and `ab`, `c` differ. */
const END_OF_TEXT = 0x10000;

/**
 * A number for a metric as CloudWatch bills it: namespace, name, names and values of the dimensions. Two metrics have
 * the same number about once in 2^48 pairs; then the second counts as known.
 */
export function combinationOf(
  { options: { namespace }, names }: DeclaredSet,
  metric: string,
  labels: Labels,
): number {
  const hash = new Hash();
  hash.add(namespace);
  hash.add(metric);
  for (const name of names) {
    hash.add(name);
    hash.add(labels[name] ?? '');
  }
  return hash.value;
}

/** Two independent 32-bit hashes, of which one gives 16 bits. A cryptographic hash would cost a microsecond for each metric. */
class Hash {
  #low = FNV_OFFSET;
  #high = MURMUR_SEED;

  add(text: string): void {
    let low = this.#low;
    let high = this.#high;
    for (let i = 0; i <= text.length; i++) {
      const code = i < text.length ? text.charCodeAt(i) : END_OF_TEXT;
      low = Math.imul(low ^ code, FNV_PRIME);
      high = Math.imul(high ^ code, MURMUR_FACTOR);
      high ^= high >>> 15;
    }
    this.#low = low;
    this.#high = high;
  }

  get value(): number {
    return (mixed(this.#high) & 0xffff) * 2 ** 32 + mixed(this.#low);
  }
}

/** Makes each bit depend on all others. */
function mixed(hash: number): number {
  let bits = hash;
  bits = Math.imul(bits ^ (bits >>> 16), MIX_FACTORS[0]);
  bits = Math.imul(bits ^ (bits >>> 13), MIX_FACTORS[1]);
  return (bits ^ (bits >>> 16)) >>> 0;
}
