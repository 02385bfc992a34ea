/**
 * The result of a promise; rejects with the reason of the signal if that is aborted first. For work that ignores the
 * signal, such as the AWS SDK while it waits for credentials. The work then goes on unseen.
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
