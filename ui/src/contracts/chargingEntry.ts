/** Two persons who stand for a month in which charging does not balance, as the contract's file would hold it. */
import { persons } from './kpiEntry'

export interface ChargingAccepted {
  reason: string
  document: string
  signed_by: string[]
}
export interface TypedAcceptance {
  reason: string
  document: string
  signed: string
}

/** Null: nothing is typed; undefined: it is not whole yet. */
export function acceptanceEntry({ reason, document, signed }: TypedAcceptance): ChargingAccepted | null | undefined {
  if (![reason, document, signed].some((each) => each.trim())) return null
  const signed_by = persons(signed)
  const whole = reason.trim() && document.trim() && signed_by.length === 2 && new Set(signed_by).size === 2
  return whole ? { reason: reason.trim(), document: document.trim(), signed_by } : undefined
}

/** What was entered before, to be gone over again. */
export const typedAcceptance = (entry: ChargingAccepted | null | undefined): TypedAcceptance => ({
  reason: entry?.reason ?? '',
  document: entry?.document ?? '',
  signed: entry?.signed_by.join(', ') ?? '',
})
