/** Costs, use and displaced fuel of vehicles. Money, km, kWh and L come as decimal text. */
import { address, call } from './client'
import { everyPage } from './page'
import type { FleetLimits } from './fleetSetup'
import type { Instant, Named } from './types'

type Decimal = string
type LocalDate = string

/** A place and whole local months, both ends included. */
export interface FleetMonths {
  place: number
  /** First day of the month. */
  first_month: LocalDate
  last_month: LocalDate
}

/** Of which part of their time it is told what some vehicles did. */
export interface Coverage {
  /** [d] */
  held_days: Decimal
  /** [d] */
  told_days: Decimal
  /** Vehicles whose past data are still being worked. */
  waiting: number
}

/** How far figures of a place are told, and of how many vehicles. */
export interface Standing {
  running: boolean
  as_of: Instant
  coverage: Coverage
  vehicles: number
  /** Others that stood there and are not shown to this person. */
  vehicles_unseen: number
}

export interface CostItem {
  name: string
  amount: Decimal
}

export interface CostLevel {
  level: 'energy' | 'running' | 'full'
  inside: string[]
  absent: string[]
  /** [CNY/100 km] */
  cny_100km: Decimal | null
}

export interface VehicleAccount {
  vehicle_id: number
  code: string
  plate: string
  km: Decimal
  fuel_l: Decimal
  public_kwh: Decimal
  own_kwh: Decimal
  unpriced: number
  /** Plug-ins elsewhere that no order pays. */
  unpaid: number
  trips_without_km: number
  items: CostItem[]
  /** Null where nothing was entered or priced. */
  total: Decimal | null
  /** Why there is no cost per 100 km though everything is paid: being_cut, coverage. */
  lacking: string[]
  per_100_km: CostLevel[]
}

export interface Accounts {
  items: VehicleAccount[]
  totals: CostItem[]
  orders_unmatched: number
  refunds_alone: number
  charges_unpaid: number
  charges_unpriced: number
  standing: Standing
}

export interface VehicleOrder {
  vehicle_id: number
  code: string
  kind: string
  supplier: string
  number: string
  refunds: string | null
  at: Instant
  until: Instant | null
  quantity: Decimal | null
  amount: Decimal
  net: Decimal
  place: string
  trip: string | null
  off_min: number | null
  energies_differ: boolean
  /** Further off than usual, matched as the only two that fit. */
  by_energy: boolean
  /** Plug-ins that it may be for, or not. */
  perhaps: { id: string; start_at: Instant; end_at: Instant; kwh: Decimal | null }[]
  /** What a person says it is for, before what is worked out. */
  said: { charge: string | null; reason: string; by: string | null; at: Instant } | null
  /** The charge that was said is told no more: what was said does not count. */
  gone: boolean
}

/** What an order is for: a charge by its name, none that was told, or no word any more. */
export type OrderWord = { said: 'charge'; charge: string } | { said: 'none' | 'undone' }

export interface UnpaidCharge {
  vehicle_id: number
  code: string
  id: string
  start_at: Instant
  end_at: Instant
  kwh: Decimal | null
}

export interface OrderMatches {
  unmatched: VehicleOrder[]
  refunds_alone: VehicleOrder[]
  unpaid: UnpaidCharge[]
  matched: VehicleOrder[]
  matched_total: number
}

export interface OwnCharge {
  vehicle_id: number
  code: string
  id: string
  pile: string
  start_at: Instant
  end_at: Instant
  kwh: Decimal
  amount: Decimal | null
  months: { month: LocalDate; kwh: Decimal; energy: Decimal | null; fees: Decimal }[]
  why: string
  /** Of the plug-in, without a figure of the pile's meter. [s] */
  uncounted_s: number
}

export interface CostComparison {
  items: string[]
  left_out: string[]
  fuel_cny_100km: Decimal
  electric_cny_100km: Decimal
  /** 1 - electric / fuel. */
  reduction: Decimal
}

export interface Spared {
  unit: string
  gross: Decimal
  charging: Decimal
  net: Decimal
  overstated: Decimal | null
  factor_set: string
  scope: string
  grid_region: string | null
  grid_year: number | null
  grid_factor: Decimal | null
  unchecked: string[]
}

export interface DisplacementLedger {
  key: string
  name: string
  vehicles: number
  trips: number
  trips_untold: number
  trips_estimated: number
  electric_km: Decimal
  litres: Decimal | null
  litres_measured: boolean
  lines: { vehicle_class: string; electric_km: Decimal; litres_100km: Decimal | null; source: string | null; document: string; litres: Decimal | null }[]
  pile_kwh: Decimal
  order_kwh: Decimal
  assumed_kwh: Decimal
  paid_cny: Decimal
  assumed_cny: Decimal
  energy_cost: CostComparison | null
  full_cost: CostComparison | null
  co2: Spared | null
  coal: Spared | null
  lacking: string[]
  coverage: Coverage
}

export interface DisplacementSummary {
  first_day: LocalDate
  end_day: LocalDate
  terms_id: number
  terms: string
  year: number
  factor_set: string
  trips_digest: string
  whole: DisplacementLedger
  groups: DisplacementLedger[]
  standing: Standing
}

export interface Evidence {
  what: string
  detail: string
  count: number | null
  amount: Decimal | null
  unit: string
}

export interface ReportFigure {
  key: string
  value: Decimal
  unit: string
  measured: boolean
  evidence: Evidence[]
}

export interface FleetReport {
  lang: string
  text: string
  parts: { text: string; key: string | null }[]
  figures: ReportFigure[]
}

export interface DisplacementStatement {
  id: number
  first_day: LocalDate
  end_day: LocalDate
  version: number
  digest: string
  stated_by: string
  at: Instant
}

export interface VehicleUse {
  vehicle_id: number
  code: string
  plate: string
  acquisition: string
  days: number
  days_known: number
  days_used: number
  trips: number
  hours: Decimal
  km: Decimal
  trips_without_km: number
  idle: boolean | null
}

export interface UseLimits extends FleetLimits {
  /** Place that set them; null: the usual ones hold. */
  set_at: number | null
  holds_from: LocalDate | null
  reason: string
}

export interface Utilisation {
  items: VehicleUse[]
  at_once: { vehicles: number; most: number; most_at: Instant | null; hours: Decimal[]; enough: number }
  limits: UseLimits
  standing: Standing
}

export interface Booking {
  vehicle_id: number
  code: string
  number: string
  start_at: Instant
  end_at: Instant
  purpose: string
  driver: string
}

export interface Dispatch {
  used: number
  waiting: number
  unused: Booking[]
  unbooked: { vehicle_id: number; code: string; id: string; start_at: Instant; end_at: Instant }[]
  unbooked_total: number
  overlapping: { one: Booking; other: Booking }[]
}

export interface Rental {
  code: string
  supplier: string
  number: string
  at: Instant
  hours: Decimal
  time_cny: Decimal
  distance_cny: Decimal
  billed_km: Decimal | null
  driven_km: Decimal | null
  /** In part of its time the vehicle was at a place that may not be seen. */
  partly_seen: boolean
  billed: Decimal
  expected: Decimal
  difference: Decimal
}

export interface QuotaPlaces extends Named {
  institution_id: number
  granted: number
  filled: number
  vacant: number
  adjusted: number
  transferred: number
  disposed: number
}

/** An entry of the ledger of places (编制台账). */
export interface PlaceEntry {
  institution_id: number
  institution: string
  kind: 'grant' | 'adjustment' | 'transfer' | 'disposal'
  day: LocalDate
  places: number
  receiver_id: number | null
  receiver: string
  document: string
}

export interface MaintenanceDue {
  vehicle_id: number
  code: string
  item: string
  done_on: LocalDate
  /** Null where not all of that time may be seen. */
  km: Decimal | null
  every_km: Decimal | null
  days: number
  every_days: number | null
  state: 'due' | 'soon' | 'far' | 'unknown'
}

const GROUPS = ['institution', 'department', 'vehicle'] as const
export type GroupBy = (typeof GROUPS)[number]
export { GROUPS as DISPLACEMENT_GROUPS }

const ask = <T>(path: string, months: FleetMonths, signal?: AbortSignal, more: Record<string, string | number> = {}): Promise<T> =>
  call<T>('GET', path, { query: { ...months, ...more }, ...(signal ? { signal } : {}) })

export const accounts = (months: FleetMonths, signal?: AbortSignal) => ask<Accounts>('/vehicle-costs', months, signal)
export const orderMatches = (months: FleetMonths, signal?: AbortSignal) => ask<OrderMatches>('/vehicle-costs/orders', months, signal)
export const sayCharge = (order: VehicleOrder, word: OrderWord, reason: string) =>
  call<void>('POST', '/vehicle-costs/orders/charges', { body: { vehicle_id: order.vehicle_id, supplier: order.supplier, number: order.number, ...word, reason } })
export const ownCharges = (months: FleetMonths, signal?: AbortSignal) => ask<{ items: OwnCharge[]; total: number }>('/vehicle-costs/own-piles', months, signal)

export const displacement = (months: FleetMonths, by: GroupBy, signal?: AbortSignal) => ask<DisplacementSummary>('/fleet-summary', months, signal, { by })
/** Null while the parameters that it needs are not entered. */
export const displacedWhole = (months: FleetMonths, signal?: AbortSignal) => ask<{ whole: DisplacementLedger | null; standing: Standing }>('/fleet-summary/whole', months, signal)
export const fleetReport = (months: FleetMonths, lang: string, signal?: AbortSignal) => ask<FleetReport>('/fleet-summary/report', months, signal, { lang })
export const keepStatement = (months: FleetMonths) => call<DisplacementStatement>('POST', '/fleet-summary/statements', { query: { ...months } })
export const displacementStatements = (place: number, signal?: AbortSignal) =>
  everyPage<DisplacementStatement>('/fleet-summary/statements', { query: { place }, ...(signal ? { signal } : {}) })
export const enterTerms = (place: number, text: string) => call<{ name: string }>('POST', '/fleet-summary/terms', { body: { place, text } })

export const utilisation = (months: FleetMonths, signal?: AbortSignal) => ask<Utilisation>('/fleet-use', months, signal)
export const dispatches = (months: FleetMonths, signal?: AbortSignal) => ask<Dispatch>('/bookings', months, signal)
export const rentals = (months: FleetMonths, signal?: AbortSignal) => ask<{ items: Rental[]; unchecked: number }>('/fleet-use/rentals', months, signal)
export const fleetManagement = (months: FleetMonths, signal?: AbortSignal) => ask<{ places: QuotaPlaces[]; entries: PlaceEntry[]; maintenance: MaintenanceDue[] }>('/fleet-use/management', months, signal)

/** A petrol car held against a candidate. */
export interface SuitabilityOption {
  vehicle_id: number
  code: string
  plate: string
  candidate: string
  document: string
  winter_document: string
  range: { days_known: number; days_driven: number; median_km: Decimal | null; p95_km: Decimal | null; most_km: Decimal | null; factor: Decimal | null; range_km: Decimal | null; days_beyond: number }
  standing: { days: number; days_short: number; median_h: Decimal | null }
  /** Null: fuel, distance or price are not known. */
  cost: { items: string[]; left_out: string[]; km_year: Decimal; petrol_cny: Decimal; electric_cny: Decimal } | null
  verdict: 'suitable' | 'with_conditions' | 'not_suitable' | 'not_enough_data'
  reasons: string[]
}

export interface Suitability {
  /** Null: nobody has entered candidates yet. */
  terms: string | null
  coldest_c: Decimal | null
  coldest_measured_c: Decimal | null
  coldest_document: string
  cny_kwh: Decimal | null
  /** Given by our own piles at that price; 0: the price is stated. */
  price_kwh: Decimal
  items: SuitabilityOption[]
  without_candidate: { vehicle_id: number; code: string; plate: string; vehicle_class: string }[]
}

export const suitability = (months: FleetMonths, signal?: AbortSignal) => ask<Suitability>('/fleet-suitability', months, signal)
export const suitabilityFile = (months: FleetMonths, form: 'xlsx' | 'csv', lang: string) => address('/fleet-suitability/file', { ...months, form, lang })
export const enterCandidates = (place: number, text: string) => call<{ name: string }>('POST', '/fleet-suitability/terms', { body: { place, text } })
