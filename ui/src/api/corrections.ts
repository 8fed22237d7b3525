/** Corrections of readings, and what was done to registers, as the server says it. */

import type { Instant } from './types'

/** What is read instead of what a device said; `until` makes it a span, `value` null leaves it out. */
export interface NewEdit {
  device_id: number
  quantity: string
  ts: Instant
  until: Instant | null
  value: number | null
  reason: string
}

export interface Edit extends NewEdit {
  id: number
  device_code: string
  was: number | null
  at: Instant
  person: string
  undone_at: Instant | null
  undone_by: string | null
  undone_because: string | null
}

/** `error`: the meter was wrong by `value` percent over [at, until); declared by a decision on a finding. */
export type EventKind = 'ratio' | 'swap' | 'reset' | 'register_size' | 'error'

/** Something done to a meter's register. */
export interface NewRegisterEvent {
  at: Instant
  kind: EventKind
  value: number
  previous: number | null
  note: string
}

export interface RegisterEvent extends NewRegisterEvent {
  id: number
  until: Instant | null
  declared_at: Instant
  person: string
  withdrawn_at: Instant | null
  withdrawn_by: string | null
  withdrawn_because: string | null
}
