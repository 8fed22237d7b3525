/** Institutions' indicators and the factor sets they rest on: what the server says, and the calls for it. */
import { address, call, type Words } from './client'
import type { Instant, Named, Page } from './types'

export const INDICATORS = [
  'energy_per_area', 'energy_per_person', 'water_per_person', 'co2_per_area', 'electricity_per_area', 'heat_per_area',
] as const
export type IndicatorName = (typeof INDICATORS)[number]
export type Why = 'no_amount' | 'no_factor' | 'use_refused' | 'no_denominator' | 'denominator_has_gaps'
export type LeftOut = 'by_rule' | 'no_factor'
export type Electricity = 'calorific' | 'equivalent'

export interface Factor extends Named {
  key: string
  region: string
  year: number
  effective_from: string | null
  /** As it is printed: 0.5580 stays 0.5580. */
  value: string
  unit: string
  source: string
  evidence: string
  checked: boolean
  checked_by: string
  checked_on: string | null
  /** What it was compared with by who checked it here. */
  document: string
  note: string
}

export interface ChosenFactor {
  factor: Factor
  wanted_region: string
  wanted_year: number
  fell_back: boolean
}

export interface FactorSet extends Named {
  code: string
  version: number
  electricity: Electricity
  counts_water: boolean
  sha256: string
  loaded_at: Instant
  /** Null where it came along or from the command line. */
  entered_by: string | null
  /** Since when no new figure takes it. */
  withdrawn_at: Instant | null
  withdrawn_by: string | null
  withdrawn_because: string | null
  factors: number
  unchecked: number
}

export interface Quota extends Named {
  code: string
  constraint: number
  base: number | null
  guide: number
  band: 'above_constraint' | 'within_constraint' | 'within_base' | 'within_guide' | null
  source: string
  checked: boolean
}

export interface Comparison {
  base_year: number
  base_value: number | null
  /** As a share of the base: 5 % less is -0.05. */
  change: number | null
  /** The base is the sum of other carriers, and so there is no change. */
  unlike: boolean
  target: number | null
  target_source: string
  target_checked: boolean
}

export interface Indicator {
  name: IndicatorName
  unit: string
  value: number | null
  why: Why | null
  rank: { position: number | null; n: number; better_than: number | null; median: number | null } | null
  quotas: Quota[]
  comparisons: Comparison[]
}

export interface CarrierUse {
  carrier: string
  unit: string
  amount: number
  energy_kgce: number | null
  co2_kg: number | null
  energy_left_out: LeftOut | null
  co2_left_out: LeftOut | null
  coverage: number | null
  unmeasured: number | null
  /** Part entered by hand and approved. */
  manual: number | null
  manual_months: number
  /** Entered - metered of months that meters know as well. */
  beside_meters: number | null
}

export interface Denominator {
  value: number | null
  covered_days: number
  days: number
}

/** Electricity of a month in kWh; null where it is not known whole. */
export interface TrendMonth {
  month: string
  kwh: number | null
}

export interface InstitutionYear extends Named {
  organisation_id: number
  code: string
  first_day: string
  /** The day after the last one. */
  end_day: string
  is_over: boolean
  province: string | null
  use: string | null
  climate_zone: string | null
  area_m2: Denominator
  persons: Denominator
  carriers: CarrierUse[]
  energy_kgce: number | null
  co2_kg: number | null
  pv_self_used_kwh: number
  green_retired_kwh: number
  green_held_kwh: number
  grid: ChosenFactor | null
  unchecked: string[]
  missing: string[]
  /** Code and parameters of each of them. */
  missing_words: Words[]
  indicators: Indicator[]
  co2_change: { base_year: number; difference_kg: number; activity_kg: number; factor_kg: number } | null
  co2_change_why: string | null
  co2_change_words: Words
  /** Twelve months of the year before, then twelve of the year. */
  trend: TrendMonth[]
  /** What stands now, of what the person may see. */
  alerts: { urgent: number; high: number; low: number }
}

export interface Portfolio {
  year: number
  basis: Named & {
    set: string
    version: number
    electricity: Electricity
    counts_water: boolean
    least_coverage: number
    fewest_peers: number
  }
  items: InstitutionYear[]
  levels: { year: number; values: Partial<Record<IndicatorName, number>>; source: string; checked: boolean }[]
}

const upTo = (signal: AbortSignal | undefined) => (signal ? { signal } : {})

export interface Wanted {
  organisation: number | null
  year: number
  set: string
}

export const portfolioFile = (wanted: Wanted, form: 'xlsx' | 'csv', lang: string) => address('/indicators/file', { ...wanted, form, lang })
export const portfolio = (wanted: Wanted, signal?: AbortSignal) =>
  call<Portfolio>('GET', '/indicators', { query: { ...wanted }, ...upTo(signal) })
export const factorSets = async (signal?: AbortSignal) =>
  (await call<Page<FactorSet>>('GET', '/factors', upTo(signal))).items
export const factorsOf = async (code: string, version: number, signal?: AbortSignal) =>
  (await call<Page<Factor>>('GET', `/factors/${encodeURIComponent(code)}`, { query: { version }, ...upTo(signal) })).items

const version = ({ code, version: number }: FactorSet): string => `/factors/${encodeURIComponent(code)}/versions/${number}`
const named = (factors: readonly Factor[]) => factors.map(({ key, region, year, effective_from }) => ({ key, region, year, effective_from }))

export const enterFactorSet = (text: string) => call<FactorSet>('POST', '/factors', { body: { text } })
export const checkFactors = (set: FactorSet, factors: readonly Factor[], document: string) =>
  call<Page<Factor>>('POST', `${version(set)}/check`, { body: { factors: named(factors), document } })
export const withdrawChecks = (set: FactorSet, factors: readonly Factor[], reason: string) =>
  call<Page<Factor>>('POST', `${version(set)}/check/withdraw`, { body: { factors: named(factors), reason } })
export const withdrawFactorSet = (set: FactorSet, reason: string) => call<FactorSet>('POST', `${version(set)}/withdraw`, { body: { reason } })
