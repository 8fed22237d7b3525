/** Tariffs, bills and what differs between a bill and our cost. Money and prices come as decimal text. */
import { call, type Words } from './client'
import type { Instant, Named, Page } from './types'

export type Period = 'sharp' | 'peak' | 'deep_valley' | 'valley' | 'flat'
export type DayKind = 'workday' | 'weekend' | 'holiday'
type Decimal = string
type LocalDate = string

/** Where something is from, and whether a person has compared it with its document. */
export interface Checked {
  source: string
  checked: boolean
  checked_on: LocalDate | null
  document: string
}

/** What a second person checks, and whose check may have been taken back. */
export interface Withdrawable extends Checked {
  checked_by: string | null
  /** Null where it came along or from the command line. */
  entered_by: string | null
  /** Entered by who asks: somebody else checks it. */
  own: boolean
  /** The last check that was taken back, while none stands. */
  withdrawn: { by: string | null; at: Instant; reason: string } | null
}

export interface TariffVersion extends Withdrawable {
  id: number
  first_day: LocalDate
  end_day: LocalDate | null
  evidence: string
  note: string
  /** Empty where it has none in Chinese. */
  note_zh: string
}

export interface Tariff extends Named {
  id: number
  code: string
  medium: string
  versions: TariffVersion[]
}

export interface DaySpan {
  /** From local midnight. [min] */
  first_minute: number
  end_minute: number
  period: Period
}

export interface Price {
  component: string
  /** Null where it is the same in every period. */
  period: Period | null
  /** [CNY/unit] */
  price: Decimal
  basis: 'fixed' | 'published' | 'forecast'
  checked: boolean
}

export interface Announcement extends Withdrawable {
  id: number
  month: LocalDate
  entered_at: Instant
}

export interface Terms {
  tariff: Tariff
  version: TariffVersion
  day: LocalDate
  spans: DaySpan[]
  periods: Period[]
  components: { name: string; floats: boolean; fund: boolean; inside: string; tiered: boolean }[]
  prices: Price[]
  /** Prices of the month that nobody has entered. */
  missing: string[]
  announcement: Announcement | null
  power_factor: string | null
  basic_by: 'capacity' | 'maximum' | null
  /** Prices that the version itself says. */
  fixed: FixedPrice[]
}

export interface FixedPrice {
  component: string
  /** Null where it is the same in every period. */
  period: Period | null
  price: Decimal
}

export interface Bill {
  id: number
  meter_code: string
  number: string
  first_day: LocalDate
  end_day: LocalDate
  /** [CNY] */
  total: Decimal
  source: string
  /** Numbers of other bills of the meter for some of these days. */
  same_days: string[]
  /** Who took it back: it counts nowhere. */
  withdrawn: Withdrawable['withdrawn']
}

export interface Side {
  quantity: Decimal | null
  price: Decimal | null
  amount: Decimal
}

export interface Reconciliation {
  bill: Bill
  lines: { item: string; period: Period | null; bill: Side | null; ours: Side | null; difference: Decimal }[]
  explained: { item: string; cause: string; amount: Decimal }[]
  our_total: Decimal
  difference: Decimal
  tariffs: string[]
  gaps: { code: string; first_day: LocalDate; end_day: LocalDate; detail: string; words: Words }[]
}

/** What each 0.01 of power factor changes, up or down to `until`. [%] */
export interface AdjustmentStep {
  until: Decimal
  percent: Decimal
}

export interface PowerFactorTable extends Withdrawable {
  standard: Decimal
  applies_to: string
  applies_to_zh: string
  note: string
  note_zh: string
  reduction: AdjustmentStep[]
  surcharge: AdjustmentStep[]
  /** Of the numbers; a check is of these. */
  sha256: string
}

export const tariffs = async () => (await call<Page<Tariff>>('GET', '/tariffs')).items
export const terms = (tariff: number, day: string, kind: DayKind, signal?: AbortSignal) =>
  call<Terms>('GET', `/tariffs/${tariff}`, { query: { day, kind }, ...(signal ? { signal } : {}) })
export const checkVersion = (tariff: number, version: number, document: string) =>
  call<Tariff>('POST', `/tariffs/${tariff}/versions/${version}/check`, { body: { document } })
export const withdrawVersionCheck = (tariff: number, version: number, reason: string) =>
  call<Tariff>('POST', `/tariffs/${tariff}/versions/${version}/check/withdraw`, { body: { reason } })
export interface NewPrices {
  month: LocalDate
  source: string
  prices: { component: string; period: Period | null; price: Decimal }[]
}

/** A meter on local days [first_day, end_day) under a tariff. */
export interface TariffMeter extends Named {
  meter_id: number
  code: string
  first_day: LocalDate | null
  end_day: LocalDate | null
  capacity_kva: Decimal | null
  declared_kw: Decimal | null
  quota: Decimal | null
}

export interface MeterTariff {
  code: string
  first_day: LocalDate | null
  end_day: LocalDate | null
  capacity_kva: Decimal | null
  declared_kw: Decimal | null
  quota: Decimal | null
}

export const announcePrices = (tariff: number, prices: NewPrices) =>
  call<Announcement>('POST', `/tariffs/${tariff}/prices`, { body: prices })
export const tariffMeters = async (tariff: number, signal?: AbortSignal) =>
  (await call<Page<TariffMeter>>('GET', `/tariffs/${tariff}/meters`, signal ? { signal } : {})).items
export const addTariff = (text: string) => call<Tariff>('POST', '/tariffs', { body: { text } })
export const reviseTariff = (tariff: number, text: string) => call<Tariff>('POST', `/tariffs/${tariff}/versions`, { body: { text } })
export const changePrices = (tariff: number, first_day: LocalDate, source: string, prices: FixedPrice[]) =>
  call<Tariff>('POST', `/tariffs/${tariff}/versions/prices`, { body: { first_day, source, prices } })
export const endOnTariff = (tariff: number, meter: string, end_day: LocalDate) =>
  call<Page<TariffMeter>>('POST', `/tariffs/${tariff}/meters/${encodeURIComponent(meter)}/end`, { body: { end_day } })
export const putOnTariff = (meter: string, terms: MeterTariff) =>
  call<MeterTariff>('POST', `/meters/${encodeURIComponent(meter)}/tariffs`, { body: terms })
export const checkPrices = (tariff: number, { id, month }: Announcement, document: string) =>
  call<Announcement>('POST', `/tariffs/${tariff}/prices/${month}/check`, { body: { id, document } })
export const withdrawPricesCheck = (tariff: number, { month }: Announcement, reason: string) =>
  call<Announcement>('POST', `/tariffs/${tariff}/prices/${month}/check/withdraw`, { body: { reason } })
export const bills = (cursor: string | null, signal?: AbortSignal) =>
  call<Page<Bill>>('GET', '/bills', { query: { limit: 50, cursor }, ...(signal ? { signal } : {}) })
export const importBills = (name: string, text: string) =>
  call<{ added: number; known: string[] }>('POST', '/bills', { body: { name, text } })
export const withdrawBill = (id: number, reason: string) => call<Bill>('POST', `/bills/${id}/withdraw`, { body: { reason } })
export const reconciliation = (bill: number, signal?: AbortSignal) =>
  call<Reconciliation>('GET', `/bills/${bill}/reconciliation`, signal ? { signal } : {})
/** Power factors a user may be held to; none: no adjustment. */
export const STANDARDS = ['0.90', '0.85', '0.80', 'none'] as const

interface NewAccount {
  meter: string
  first_month: LocalDate
  /** First day of the month after the last. */
  end_month: LocalDate | null
  standard: (typeof STANDARDS)[number]
  reverse: string | null
  source: string
  reason: string
}

/** Of which class a meter's user is at the utility, and who said and checked so. */
export interface SupplyAccount extends NewAccount, Named {
  id: number
  entered_by: string | null
  entered_at: Instant
  own: boolean
  document: string | null
  checked_by: string | null
  checked_at: Instant | null
  /** For some month no newer one that stands says anything. */
  counts: boolean
  withdrawn: Withdrawable['withdrawn']
}

export const supplyAccounts = async (signal?: AbortSignal) =>
  (await call<Page<SupplyAccount>>('GET', '/supply-accounts', signal ? { signal } : {})).items
export const enterAccount = (body: NewAccount) => call<SupplyAccount>('POST', '/supply-accounts', { body })
export const checkAccount = (id: number, document: string) => call<SupplyAccount>('POST', `/supply-accounts/${id}/check`, { body: { document } })
export const withdrawAccount = (id: number, reason: string) => call<SupplyAccount>('POST', `/supply-accounts/${id}/withdraw`, { body: { reason } })
interface NewSupplyTerms {
  meter: string
  first_month: LocalDate
  /** First day of the month after the last. */
  end_month: LocalDate | null
  capacity_kva: Decimal | null
  declared_kw: Decimal | null
  quota: Decimal | null
  source: string
  reason: string
}

/** Capacity, declared demand and quota of a meter's supply, corrected for whole months. */
export interface SupplyTerms extends NewSupplyTerms, Named {
  id: number
  entered_by: string | null
  entered_at: Instant
  /** For some month no newer one that stands says anything. */
  counts: boolean
  withdrawn: Withdrawable['withdrawn']
}

export const supplyTerms = async (signal?: AbortSignal) =>
  (await call<Page<SupplyTerms>>('GET', '/supply-terms', signal ? { signal } : {})).items
export const correctTerms = (body: NewSupplyTerms) => call<SupplyTerms>('POST', '/supply-terms', { body })
export const withdrawTerms = (id: number, reason: string) => call<SupplyTerms>('POST', `/supply-terms/${id}/withdraw`, { body: { reason } })
export const powerFactorTables = async (signal?: AbortSignal) =>
  (await call<Page<PowerFactorTable>>('GET', '/power-factor-tables', signal ? { signal } : {})).items
export const checkPowerFactorTable = ({ standard, sha256 }: PowerFactorTable, document: string) =>
  call<PowerFactorTable>('POST', `/power-factor-tables/${standard}/check`, { body: { sha256, document } })
export const withdrawPowerFactorCheck = ({ standard, sha256 }: PowerFactorTable, reason: string) =>
  call<PowerFactorTable>('POST', `/power-factor-tables/${standard}/check/withdraw`, { body: { sha256, reason } })
