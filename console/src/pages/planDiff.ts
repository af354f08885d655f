import type { PlanLimit } from '../api/types.ts';

export interface ComparedLimit {
  limit: PlanLimit;
  /** What it was in the version before, where it is another one. */
  before?: PlanLimit;
  change: '' | 'added' | 'changed' | 'removed';
}

/** The limits of a version, and what it changed of the version before it; without one nothing is a change. */
export function compareLimits(limits: readonly PlanLimit[], before: readonly PlanLimit[] | undefined): ComparedLimit[] {
  if (before === undefined) {
    return limits.map((limit) => ({ limit, change: '' }));
  }
  const compared = limits.map((limit): ComparedLimit => {
    const old = before.find((one) => keyOf(one) === keyOf(limit));
    if (!old) {
      return { limit, change: 'added' };
    }
    return JSON.stringify(old) === JSON.stringify(limit)
      ? { limit, change: '' }
      : { limit, before: old, change: 'changed' };
  });
  const removed = before.filter((old) => !limits.some((limit) => keyOf(limit) === keyOf(old)));
  return [...compared, ...removed.map((limit): ComparedLimit => ({ limit, change: 'removed' }))];
}

function keyOf(limit: PlanLimit): string {
  return `${limit.scope} ${limit.limit}`;
}
