/** The alert desk: what stands, its evidence and history, and what is done about it. Money is decimal text. */
import { call } from './client'
import { everyPage } from './page'
import type { Span } from './resources'
import type { Instant, Page } from './types'

export type AlertState = 'pending' | 'open' | 'acknowledged' | 'assigned' | 'snoozed' | 'resolved'
export type AlertPriority = 'urgent' | 'high' | 'low'
export type AlertWhich = 'standing' | 'held' | 'resolved' | 'shadow'
export type AlertVerdict = 'true' | 'false' | 'known'

export interface Alert {
  id: number
  rule: string
  /** Which of the rule's matters, such as an alarm of a terminal; empty where it has but one. */
  code: string
  priority: AlertPriority
  state: AlertState
  verdict: AlertVerdict | null
  place_zh: string
  place_en: string
  device_id: number | null
  device_code: string | null
  meter_id: number | null
  meter_zh: string | null
  meter_en: string | null
  desk_id: number | null
  inhibited: boolean
  shadow: boolean
  held: boolean
  began_at: Instant
  last_at: Instant | null
  opened_at: Instant
  resolved_at: Instant | null
  snoozed_until: Instant | null
  assignee: string | null
  blind_since: Instant | null
  reopened: number
  flapping: boolean
  expected: number | null
  actual: number | null
  unit: string | null
  lost: number | null
  lost_cny: string | null
  month: number | null
  month_cny: string | null
  confidence: number | null
  children: number
}

export interface AlertHistory {
  act: string
  reason: string
  at: Instant
  person: string | null
}

export interface AlertWhole extends Alert {
  evidence: Record<string, unknown>
  worth_basis: Record<string, unknown>
  may_act: boolean
  history: AlertHistory[]
  similar: { id: number; began_at: Instant; resolved_at: Instant | null; verdict: AlertVerdict | null }[]
}

export interface Desk {
  /** In which its times are told. */
  zone: string
  urgent: number
  high: number
  low: number
  oldest_open: Instant | null
  opened_day: number
  flood: boolean
  stale: number
  flapping: number
  held: number
  month_cny: string
  acknowledged_after_s: number | null
  interruptions_shift: number
  watched: number
  heard: number
  opened_per_operator_hour: number
}

export interface NewAct {
  act: 'acknowledge' | 'assign' | 'snooze' | 'resolve' | 'reopen' | 'comment'
  reason?: string
  /** To whom it is assigned; oneself without. */
  login?: string
  until?: Instant
}

/** A meter around an alert, hour by hour, and the band its rule holds it against; no unit where there is none. */
export interface Expected {
  unit: string | null
  t: number[]
  actual: (number | null)[]
  expected: (number | null)[]
  low: (number | null)[]
  high: (number | null)[]
  outside: boolean[]
}

/** At a place and below it, by its code; null: everywhere. */
export const alerts = ({ which, place }: { which: AlertWhich; place: string | null }, cursor: string | null, signal?: AbortSignal) =>
  call<Page<Alert>>('GET', '/alerts', { query: { which, organisation: place, limit: 200, cursor }, ...(signal && { signal }) })
/** About one of these meters, at some time of a span of epoch seconds. */
export const alertsAbout = (meter: readonly number[], { from, to }: Span, signal: AbortSignal) => {
  const at = (epoch: number): string => new Date(epoch * 1000).toISOString()
  return everyPage<Alert>('/alerts', { query: { which: 'all', meter, from: at(from), to: at(to) }, signal })
}
export const alertsBelow = (parent: number, signal?: AbortSignal) => everyPage<Alert>('/alerts', { query: { parent }, ...(signal && { signal }) })
export const alert = (id: number, signal?: AbortSignal) => call<AlertWhole>('GET', `/alerts/${id}`, signal ? { signal } : {})
export const expectedOf = (id: number, signal?: AbortSignal) => call<Expected>('GET', `/alerts/${id}/expected`, signal ? { signal } : {})
export const desk = (signal?: AbortSignal) => call<Desk>('GET', '/alerts/desk', signal ? { signal } : {})
export const actOn = (id: number, body: NewAct) => call<AlertWhole>('POST', `/alerts/${id}/acts`, { body })
export const judgeAlert = (id: number, verdict: AlertVerdict, cause: string) =>
  call<AlertWhole>('POST', `/alerts/${id}/verdicts`, { body: { verdict, cause } })
