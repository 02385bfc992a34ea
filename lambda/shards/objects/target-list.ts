import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { ListedTarget } from '../../discovery/listed-target.ts';

/** Version of the format: it changes with the meaning of its records. */
const VERSION = 1;

/** Of the decompressed list: 1 kB for each of 200,000 targets. A broken object must not take all memory. */
const MAX_BYTES = 200_000_000;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** A list that this version cannot read. */
export class TargetListError extends Error {
  override readonly name = 'TargetListError';
}

/** Identifies the content of a list of these targets. */
export function digestOf(targets: readonly ListedTarget[]): string {
  return createHash('sha256').update(textOf(targets)).digest('base64url');
}

export async function encodeList(targets: readonly ListedTarget[]): Promise<Uint8Array> {
  return compress(textOf(targets));
}

/**
 * @param digest digest of the expected list
 * @throws TargetListError if it is another list
 */
export async function decodeList(
  bytes: Uint8Array,
  digest: string,
): Promise<readonly ListedTarget[]> {
  let text: string;
  let list: { readonly version: unknown; readonly targets: readonly ListedTarget[] };
  try {
    text = (await decompress(bytes, { maxOutputLength: MAX_BYTES })).toString();
    list = JSON.parse(text);
  } catch (cause) {
    const message = `expected a list of targets, got ${bytes.length} bytes that are not one`;
    throw new TargetListError(message, { cause });
  }
  const { version, targets } = list;
  if (version !== VERSION) {
    throw new TargetListError(
      `expected a list of targets of version ${VERSION}, got version ${version}: the functions are of different versions`,
    );
  }
  if (createHash('sha256').update(text).digest('base64url') !== digest) {
    throw new TargetListError('expected the list of targets of this cycle, got another one');
  }
  return targets;
}

function textOf(targets: readonly ListedTarget[]): string {
  return JSON.stringify({ version: VERSION, targets });
}
