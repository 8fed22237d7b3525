/** Where an origin of a figure can be looked at. */
import type { RouteLocationRaw } from 'vue-router'
import type { Origin } from '../api/statements'

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/** Null where it has no page, or is not there at all. `month` is YYYY-MM. */
export function originPage({ what, source, refers }: Pick<Origin, 'what' | 'source' | 'refers'>, month: string): RouteLocationRaw | null {
  if (what === 'calendar') return { name: 'calendar', query: { year: month.slice(0, 4) } }
  if (source === 'missing') return null
  if ((what === 'use' || what === 'submeter') && text(refers.meter)) return { name: 'metrology', query: { meter: text(refers.meter) } }
  if (what === 'price' && text(refers.tariff)) return { name: 'tariffs', query: { tariff: text(refers.tariff), month } }
  if (what === 'bill' && text(refers.bill_id)) return { name: 'bills', query: { bill: text(refers.bill_id) } }
  return null
}

export interface Registers {
  first: string
  last: string
  since: string
  until: string
  readings: number
}

/** The register a use was counted from, at both ends of its days; null where it was not counted from readings. */
export function registersOf({ what, refers }: Pick<Origin, 'what' | 'refers'>): Registers | null {
  const { opening, closing, readings } = refers as { opening?: Reading | null; closing?: Reading | null; readings?: number }
  if (what !== 'use' || !opening || !closing) return null
  return { first: opening.register, last: closing.register, since: opening.ts, until: closing.ts, readings: readings ?? 0 }
}

interface Reading {
  ts: string
  register: string
}
