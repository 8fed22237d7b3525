/** Up to when alerts are evaluated: the one source of what every page says. */
import { call } from './client'
import type { Instant } from './types'

export interface Evaluation {
  now: Instant
  pace: 'current' | 'days_behind' | 'behind' | 'never'
  live_to: Instant | null
  days_to: Instant | null
}

export const evaluation = (signal: AbortSignal) => call<Evaluation>('GET', '/evaluation', { signal })
