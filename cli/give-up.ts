import type { AnyOutput } from '../lambda/model/delivery/any-output.ts';
import type { DeliveryReport } from '../lambda/model/delivery/event.ts';

/** Milliseconds for which a single cycle waits for answers when all targets are scraped. */
export const GIVE_UP_MS = 10_000;

/**
 * An output that is not waited for as long as a cycle may take: nobody wants to look at a prompt for a minute. What is not
 * accepted by then is rejected as `deadline`, and the report says so.
 *
 * @param afterMs milliseconds after the last scrape
 */
export function givingUp<Given extends AnyOutput>(output: Given, afterMs: number): Given {
  const open = (signal: AbortSignal, patienceMs?: number) => {
    const end = new AbortController();
    const delivery = output.open(AbortSignal.any([signal, end.signal]), patienceMs ?? afterMs);
    const close = async (): Promise<DeliveryReport> => {
      const timer = setTimeout(() => end.abort(), afterMs);
      const report = await delivery.close();
      clearTimeout(timer);
      if (!end.signal.aborted) return report;
      const text = `${output.name}: gave up ${afterMs / 1_000} s after the last scrape, because this is the only cycle; --every goes on trying`;
      return { ...report, errors: [...report.errors, text] };
    };
    return new Proxy(delivery, {
      get: (target, key) => {
        if (key === 'close') return close;
        const value: unknown = Reflect.get(target, key);
        // Private members belong to the delivery itself.
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };
  return { ...output, open };
}
