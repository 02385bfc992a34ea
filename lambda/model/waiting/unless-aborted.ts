/**
 * What a promise gives; rejects with the reason of the signal if that is aborted first. For work that does not look at the
 * signal itself, such as the AWS SDK while it waits for credentials. The work goes on, and nobody hears of it any more.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
