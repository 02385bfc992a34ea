import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ScrapeError } from './scrape-error.ts';

const inflate = promisify(gunzip);

/**
 * Reads a body to its end and decompresses it.
 *
 * @param limit bytes, compressed and decompressed, that the body must stay below
 * @throws ScrapeError
 */
export async function readBody(response: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size >= limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  const raw = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
  const encoding = (response.headers['content-encoding'] ?? '').toLowerCase();
  if (encoding === '' || encoding === 'identity') return raw;
  if (encoding !== 'gzip') {
    const given = JSON.stringify(encoding);
    throw new ScrapeError('invalid_body', `expected content-encoding gzip or none, got ${given}`);
  }
  try {
    return await inflate(raw, { maxOutputLength: limit - 1 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    const { message } = cause as Error;
    throw new ScrapeError('invalid_body', `expected a gzip body, got: ${message}`, { cause });
  }
}

function tooLarge(limit: number): ScrapeError {
  const message = `expected a body of less than ${limit} bytes (body_size_limit), got more`;
  return new ScrapeError('body_limit', message);
}
