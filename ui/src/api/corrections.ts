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

/** Saving of a baseline over the days of a correction, before it and with it; null: those days have none. */
export interface SavingEffect {
  baseline_id: number
  place_code: string
  meter_code: string | null
  unit: string
  before: number | null
  after: number | null
}

/** A month of a contract before and with a correction; amounts as decimal text. */
export interface StatementEffect {
  contract_id: number
  contract_code: string
  period: string
  before_id: number | null
  before: string | null
  after_id: number | null
  after: string | null
  /** A signed statement that a correction is proposed of, and by how much. */
  proposed_of: number | null
  difference: string | null
}

export interface CorrectionEffect {
  savings: SavingEffect[]
  left_out: number
  statements: StatementEffect[]
}
