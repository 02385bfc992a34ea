import {
  type LeftOut,
  type LeftOutCause,
  type LeftOutSubject,
  MAX_CAUSES,
  SKIP_REASONS,
  type SkipReason,
} from '../../model/targets/left-out.ts';

/** A task or container that was left out. */
export interface Skip {
  readonly reason: SkipReason;
  readonly subject: LeftOutSubject;
}

/**
 * Counts the tasks and containers that discovery leaves out, and keeps the first causes of each reason, so its size is
 * bounded.
 */
export class LeftOutTally {
  readonly #reasons = new Map<SkipReason, { count: number; causes: Map<string, LeftOutCause> }>();

  /** @param count number of equal ones */
  add({ reason, subject }: Skip, count = 1): void {
    if (count > 0) this.#note(reason, [{ ...subject, count }], count);
  }

  addAll(other: LeftOutTally): void {
    for (const [reason, { count, causes }] of other.#reasons) {
      this.#note(reason, [...causes.values()], count);
    }
  }

  /** By reason, in the order of their arrival. */
  list(): readonly LeftOut[] {
    return Array.from(this.#reasons, ([reason, { count, causes }]) => ({
      reason,
      count,
      remedy: remedyOf(reason),
      causes: [...causes.values()],
    }));
  }

  #note(reason: SkipReason, causes: readonly LeftOutCause[], count: number): void {
    let known = this.#reasons.get(reason);
    if (known === undefined) {
      known = { count: 0, causes: new Map() };
      this.#reasons.set(reason, known);
    }
    known.count += count;
    for (const cause of causes) {
      const key = keyOf(cause);
      const same = known.causes.get(key);
      if (same !== undefined) known.causes.set(key, { ...same, count: same.count + cause.count });
      else if (known.causes.size < MAX_CAUSES) known.causes.set(key, cause);
    }
  }
}

/** Equal for equal causes. */
function keyOf({ task: _, address: __, count: ___, ...cause }: LeftOutCause): string {
  return JSON.stringify(cause);
}

function remedyOf(reason: SkipReason): string | undefined {
  const traits: { readonly remedy?: string } = SKIP_REASONS[reason];
  return traits.remedy;
}
