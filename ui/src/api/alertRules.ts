/** Rules of the alert desk: whether each speaks, by which thresholds, within which budget, and what came of what it found. */
import { call } from './client'
import { everyPage } from './page'
import type { Instant, Page } from './types'

export type RuleMode = 'live' | 'shadow' | 'off'
export const METER_CLASSES = ['electricity', 'water', 'gas', 'heat', 'cooling', 'pv', 'charging'] as const
export type MeterClass = (typeof METER_CLASSES)[number]

export interface AlertRule {
  rule: string
  mode: RuleMode
  told: number
  would_have: number
  interrupted: number
  said_true: number
  said_false: number
  precision: number | null
  without_right: LostRight[]
}

/** A desk that a rule may not interrupt, and what came of its alerts there. */
export interface LostRight {
  desk_zh: string
  desk_en: string
  why: 'seldom_right' | 'too_often'
  right: number
  wrong: number
  told: number
  watched: number
}

/** What was found and opened no alert, and the window or event that is why. */
export interface Suppressed {
  rule: string
  place_code: string
  place_zh: string
  place_en: string
  meter_code: string | null
  device_code: string | null
  medium: string | null
  first: Instant
  last: Instant
  priority: string
  expected: number | null
  actual: number | null
  kind: string | null
  reason: string | null
  event: boolean
}

export const suppressedFindings = (signal?: AbortSignal) => everyPage<Suppressed>('/suppressed-findings', signal ? { signal } : {})

export interface Entered {
  value: number | null
  reason: string
  person: string
  at: Instant
}

export interface Threshold {
  rule: string
  threshold: string
  shipped: number
  of_class: Entered | null
  of_meter: Entered | null
  counts: number
}

export interface NewThreshold {
  meter?: string
  meter_class?: MeterClass
  rule: string
  threshold: string
  /** null: as shipped again. */
  value: number | null
  reason: string
}

export interface Budget {
  desk_code: string
  desk_zh: string
  desk_en: string
  per_shift: number
  per_day: number
  shipped: boolean
  reason: string | null
  person: string | null
}

/** What was promised is of thirty more days, in `unit`; what stopped is of thirty days too, by the baseline, with its band. */
export interface Matter {
  order_id: number
  rule: string
  place_zh: string
  place_en: string
  contractor: string
  state: string
  unit: string | null
  month: number | null
  month_cny: string | null
  stopped: number | null
  stopped_low: number | null
  stopped_high: number | null
  stopped_cny: string | null
  days_after: number
  reason: string | null
}

export type SumBy = 'rules' | 'places' | 'contractors'
export interface MatterSum {
  key: string
  name_zh: string
  name_en: string
  unit: string
  orders: number
  closed: number
  promised: number
  promised_cny: string
  verified: number
  stopped: number
  low: number
  high: number
  stopped_cny: string
}

export interface AlertLedger {
  found: { rule: string; unit: string; found: number; month: number; month_cny: string; ordered: number }[]
  matters: Matter[]
  sums: Record<SumBy, MatterSum[]>
  promises_held: number
  promises_measured: number
}

export const rules = async (signal?: AbortSignal) => (await call<Page<AlertRule>>('GET', '/rules', signal ? { signal } : {})).items
export const setMode = (rule: string, mode: RuleMode, reason: string) => call<void>('POST', `/rules/${rule}/mode`, { body: { mode, reason } })
export const thresholds = async (of: { meter_class: MeterClass; meter?: string }, signal?: AbortSignal) =>
  (await call<Page<Threshold>>('GET', '/alert-thresholds', { query: of, ...(signal && { signal }) })).items
export const enterThreshold = (body: NewThreshold) => call<void>('POST', '/alert-thresholds', { body })
export const budgets = async (signal?: AbortSignal) => (await call<Page<Budget>>('GET', '/alert-budgets', signal ? { signal } : {})).items
export const enterBudget = (body: { organisation: string; per_shift: number; per_day: number; reason: string }) =>
  call<void>('POST', '/alert-budgets', { body })
export const alertLedger = (signal?: AbortSignal) => call<AlertLedger>('GET', '/alert-ledger', signal ? { signal } : {})
