/** The collector's promise: every sample it received and committed is accounted for, exactly once. */
import type { Collector } from '../api/types'

export const FATES = ['stored', 'merged', 'duplicate', 'conflicting', 'quarantined', 'without_reading'] as const
export type Fate = (typeof FATES)[number]

/** Samples received minus samples accounted for; 0 when the promise holds. */
export function unaccounted(collector: Collector): number {
  return collector.received - FATES.reduce((sum, fate) => sum + collector[fate], 0)
}
