/** Duty: desks, rosters, channels and what went over them, hand-overs, the night shift. Money is decimal text. */
import { call } from './client'
import type { Evaluation } from './evaluation'
import type { Instant, Named, Page } from './types'

export interface Desk extends Named {
  id: number
  code: string
  administered: boolean
}

export interface DutySetting {
  zone: string
  quiet_from: string
  quiet_to: string
  digest_at: string
  escalate_min: number[]
  /** [s] Null: silent. */
  tone_s: number | null
  phone: string
  lang: 'zh-CN' | 'en'
}

export interface DutyPerson {
  id: number
  login: string
  name: string
}

export interface NewShift {
  on_duty: number
  rank: 1 | 2
  start_at: Instant
  end_at: Instant
  phone: string
}

export interface Shift extends NewShift {
  id: number
  person: string
}

export const CHANNEL_KINDS = ['mail', 'webhook', 'dingtalk', 'wecom', 'feishu', 'sms'] as const
export type ChannelKind = (typeof CHANNEL_KINDS)[number]
export type DeliveryState = 'waiting' | 'sent' | 'dead' | 'needless'

export interface Channel {
  id: number
  kind: ChannelKind
  name: string
  person: string | null
  rung: number
  shown: string
  state: DeliveryState | null
  told: string | null
  done_at: Instant | null
  dead: number
}

export interface NewChannel {
  kind: ChannelKind
  name: string
  to: string
  secret: string
  on_duty: number | null
  rung: number
}

export interface Delivery {
  id: number
  occasion: string
  alert_id: number | null
  rule: string | null
  kind: ChannelKind
  name: string
  state: DeliveryState
  attempts: number
  told: string
  due_at: Instant
  made_at: Instant
  done_at: Instant | null
}

export interface RuleCard {
  name_zh: string
  name_en: string
  steps_zh: string[]
  steps_en: string[]
}

export interface Waiting {
  until: Instant
  safe: boolean
  /** [CNY] */
  cost_cny: string | null
}

export interface Matter extends Named {
  id: number
  rule: string
  priority: 'urgent' | 'high' | 'low'
  state: string
  since: Instant
  place_id: number
  month_cny: string | null
  assigned_to: string | null
  snoozed_until: Instant | null
  children: number
  card: RuleCard
  waiting: Waiting
}

export interface Night {
  now: Instant
  zone: string
  phone: string
  tone_s: number | null
  on_duty: Shift[]
  matters: Matter[]
}

export interface Standing {
  alert_id: number
  rule: string
  rule_zh: string
  rule_en: string
  priority: Matter['priority']
  state: string
  since: Instant
  place_zh: string
  place_en: string
  assigned_to: string | null
  month_cny: string | null
}

export interface HandOverDocument {
  from: Instant
  to: Instant
  evaluated_to: Instant | null
  opened: number
  resolved: number
  interruptions: number
  undelivered: number
  on_duty: { person: string; rank: number; phone: string }[]
  standing: Standing[]
}

export interface HandOver {
  id: number
  document: HandOverDocument
  note: string
  given_by: string
  given_at: Instant
  taken_by: string | null
  taken_at: Instant | null
  yours: boolean
}

export interface LinkedAlert extends Named {
  lang: 'zh-CN' | 'en'
  zone: string
  rule: string
  priority: Matter['priority']
  state: string
  since: Instant
  phone: string
  month_cny: string | null
  card: RuleCard
  waiting: Waiting
  evaluation: Evaluation
}

const upTo = (signal?: AbortSignal) => (signal ? { signal } : {})
const items = async <T>(path: string, signal?: AbortSignal) => (await call<Page<T>>('GET', path, upTo(signal))).items

export const desks = (signal?: AbortSignal) => items<Desk>('/rosters', signal)
export const dutySetting = (desk: number, signal?: AbortSignal) => call<DutySetting>('GET', `/rosters/${desk}/setting`, upTo(signal))
export const setDuty = (desk: number, body: Omit<DutySetting, 'zone'>) => call<void>('PUT', `/rosters/${desk}/setting`, { body })
export const dutyPeople = (desk: number, signal?: AbortSignal) => items<DutyPerson>(`/rosters/${desk}/people`, signal)
export const shifts = async (desk: number, from: Instant, to: Instant, signal?: AbortSignal) =>
  (await call<Page<Shift>>('GET', `/rosters/${desk}/shifts`, { query: { from, to }, ...upTo(signal) })).items
export const addShift = (desk: number, body: NewShift) => call<void>('POST', `/rosters/${desk}/shifts`, { body })
export const endShift = (desk: number, id: number) => call<void>('DELETE', `/rosters/${desk}/shifts/${id}`)
export const channels = (desk: number, signal?: AbortSignal) => items<Channel>(`/rosters/${desk}/channels`, signal)
export const addChannel = (desk: number, body: NewChannel) => call<Channel>('POST', `/rosters/${desk}/channels`, { body })
export const endChannel = (desk: number, id: number) => call<void>('DELETE', `/rosters/${desk}/channels/${id}`)
export const tryChannel = (desk: number, id: number) => call<void>('POST', `/rosters/${desk}/channels/${id}/tests`)
export const deliveries = (desk: number, cursor: string | null, signal?: AbortSignal) =>
  call<Page<Delivery>>('GET', `/rosters/${desk}/deliveries`, { query: { limit: 50, cursor }, ...upTo(signal) })
export const resend = (desk: number, id: number) => call<void>('POST', `/rosters/${desk}/deliveries/${id}/resend`)
export const night = (desk: number, signal?: AbortSignal) => call<Night>('GET', `/rosters/${desk}/night`, upTo(signal))
export const takeUp = (desk: number, alert: number) => call<void>('POST', `/rosters/${desk}/night/${alert}/acknowledgement`)
export const handOverDraft = (desk: number, signal?: AbortSignal) =>
  call<HandOverDocument>('GET', `/rosters/${desk}/hand-overs/draft`, upTo(signal))
export const handOvers = (desk: number, cursor: string | null, signal?: AbortSignal) =>
  call<Page<HandOver>>('GET', `/rosters/${desk}/hand-overs`, { query: { cursor }, ...upTo(signal) })
export const giveOver = (desk: number, note: string) => call<void>('POST', `/rosters/${desk}/hand-overs`, { body: { note } })
export const takeOver = (desk: number, id: number) => call<void>('POST', `/rosters/${desk}/hand-overs/${id}/signature`)
export const linkedAlert = (token: string, signal?: AbortSignal) => call<LinkedAlert>('GET', `/acknowledgements/${token}`, upTo(signal))
export const acknowledgeByLink = (token: string) => call<LinkedAlert>('POST', `/acknowledgements/${token}`)
