import type { Batch } from '../../push/batch.ts';
import type { Answer } from '../../push/exchange.ts';
import { type Failure, failureOf, type Purpose } from '../../push/failure.ts';
import type { Verdict } from '../../push/sender.ts';
import { SymbolBatch } from './symbol-batch.ts';

/**
 * Headers with the number of written samples, histograms and exemplars; a missing header beside others means none.
 * https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#required-written-response-headers
 */
const WRITTEN = 'x-prometheus-remote-write-';
const SAMPLES = `${WRITTEN}samples-written`;
const HISTOGRAMS = `${WRITTEN}histograms-written`;
const EXEMPLARS = `${WRITTEN}exemplars-written`;

const UNSUPPORTED_MEDIA_TYPE = 415;

interface Written {
  readonly samples: number;
  readonly exemplars: number;
}

/** Reads a good answer. If it does not confirm any write, the receiver did not understand version 2. */
export function verdictOf(answer: Answer, batch: Batch, purpose: Purpose): Verdict | Failure {
  if (!(batch instanceof SymbolBatch)) return { rejected: 0, message: '' };
  const written = writtenIn(answer);
  if (written === undefined) {
    const text = `${purpose.what} got the answer of a receiver of version 1: HTTP ${answer.status} without ${SAMPLES}`;
    return { reason: 'refused', text, remedy: 'format' };
  }
  return partial(batch, written, purpose.what, 'The receiver does not say why.');
}

/** Reads any other answer beyond its status: the receiver may have written parts of the batch. */
export function refusalOf(
  answer: Answer,
  batch: Batch,
  purpose: Purpose,
): Verdict | Failure | undefined {
  const { status } = answer;
  const failure = failureOf(answer, purpose);
  if (status === UNSUPPORTED_MEDIA_TYPE) return { ...failure, remedy: 'format' };
  if (!(batch instanceof SymbolBatch) || failure.reason !== 'refused') return undefined;
  const written = writtenIn(answer);
  if (written !== undefined && written.samples + written.exemplars > 0) {
    return partial(batch, written, purpose.what, failure.text);
  }
  return undefined;
}

function partial(batch: SymbolBatch, written: Written, what: string, why: string): Verdict {
  const samples = Math.min(written.samples, batch.samples);
  const exemplars = Math.min(written.exemplars, batch.exemplars);
  const parts: string[] = [];
  if (samples < batch.samples) parts.push(`${samples} of ${batch.samples} samples`);
  if (exemplars < batch.exemplars) parts.push(`${exemplars} of ${batch.exemplars} exemplars`);
  const rejected = batch.samples - samples;
  if (parts.length === 0) return { rejected, message: '' };
  return { rejected, message: `${what} wrote ${parts.join(' and ')}. ${why}` };
}

function writtenIn({ headers }: Answer): Written | undefined {
  if (![SAMPLES, HISTOGRAMS, EXEMPLARS].some((name) => headers.has(name))) return undefined;
  return { samples: countIn(headers, SAMPLES), exemplars: countIn(headers, EXEMPLARS) };
}

/** A value that is not a number counts as none. */
function countIn(headers: Headers, name: string): number {
  const text = headers.get(name) ?? '';
  return /^\d+$/.test(text) ? Number(text) : 0;
}
