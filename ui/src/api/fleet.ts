/** Vehicles, what they did, whose charge it was, and what looks wrong with it. */
import { call } from './client'
import { everyPage } from './page'
import type { Instant, Named, Page } from './types'

export type SegmentKind = 'trip' | 'stop' | 'charge'
export type Verdict = 'true' | 'false' | 'known'
export type Priority = 'urgent' | 'high' | 'low'
export type System = 'wgs84' | 'gcj02'

export interface Vehicle {
  id: number
  code: string
  plate: string
  vehicle_class: string
  powertrain: string
  category: string
  acquisition: string
  battery_kwh: number | null
  livery: boolean
  hidden: boolean
  organisation_id: number
  department: string
  zone: string | null
  device_id: number | null
  soc_pct: number | null
  last_seen: Instant | null
  waiting: boolean
}
export interface VehicleClass extends Named {
  vehicle_class: string
}
export interface Bar {
  vehicle_id: number
  id: string
  kind: 'trip' | 'charge'
  start_at: Instant
  end_at: Instant
  km: number | null
  kwh: number | null
  estimated: boolean
  /** It is shown, and in no total. */
  implausible: boolean
}
/** Whole hours in which nothing was heard of a vehicle. */
export interface Silence {
  vehicle_id: number
  start_at: Instant
  end_at: Instant
}
/** What a vehicle told during a charge, in columns: [epoch s], [kW] into the battery, [%]. */
export interface Course {
  start_at: Instant
  end_at: Instant
  step_s: number
  t: number[]
  kw: (number | null)[]
  soc_pct: (number | null)[]
}
export interface Segment {
  vehicle_id: number
  id: string
  kind: SegmentKind
  start_at: Instant
  end_at: Instant
  start_after: Instant | null
  end_before: Instant | null
  km: number | null
  km_by: string | null
  km_ways: Record<string, number>
  kwh: number | null
  kwh_by: string | null
  kwh_ways: Record<string, number>
  kwh_spread: number | null
  recovered_kwh: number | null
  soc_start: number | null
  soc_end: number | null
  evidence: string[]
  estimated: boolean
  doubts: string[]
  versions: number
  pile: string | null
  pile_kwh: number | null
  loss: number | null
  /** Of a charge at a pile of our own, without a figure of the pile's meter. [s] */
  uncounted_s: number | null
}
export interface Alarm {
  device_id: number
  code: string
  level: number
  priority: Priority
  start_at: Instant
  end_at: Instant | null
}
export interface Fix {
  ts: Instant
  latitude_deg: number
  longitude_deg: number
  speed_kmh: number | null
}
export interface Track {
  system: System
  fixes: Fix[]
}
export interface Suspicion {
  id: number
  vehicle_id: number
  plate: string
  rule: string
  start_at: Instant
  end_at: Instant
  evidence: Record<string, unknown>
  withdrawn_at: Instant | null
  verdict: Verdict | null
  reason: string | null
  judged_by: string | null
  judged_at: Instant | null
  judged_otherwise: boolean
  /** What was shown when the verdict was given. */
  judged_evidence: Record<string, unknown> | null
}
export interface PileUse extends Named {
  pile_id: number
  code: string
  meter_code: string
  above: string[]
  /** Null where its meter has no figure of the span. */
  metered_kwh: number | null
  matched_kwh: number
  /** Given to known charges of vehicles that are not shown. */
  unseen_kwh: number
  unmatched_kwh: number | null
  charges: number
  /** Of the span, with figures of its meter. [s] */
  covered_s: number
  inside: string[]
  twice: string[]
}
export interface ChargingBalance {
  /** Of the span, what is over. [s] */
  over_s: number
  piles: PileUse[]
  elsewhere: Segment[]
  /** Charges of which the pile's meter counted only a part. */
  partly_counted: Segment[]
}
/** Usable capacity of a battery by its charges, with bounds of 95 %. [kWh] */
export interface Battery {
  first: Instant
  end: Instant
  charges: number
  charges_all: number
  least_charges: number
  least_span_pct: number
  kwh: number | null
  low_kwh: number | null
  high_kwh: number | null
  entered_kwh: number | null
  share: number | null
  low_share: number | null
  high_share: number | null
}
/** From one instant to another. */
export interface Between {
  first: Instant
  end: Instant
}

export const vehicles = (signal: AbortSignal): Promise<Vehicle[]> => everyPage('/vehicles', { signal })
export const vehicleClasses = async (signal: AbortSignal): Promise<VehicleClass[]> => (await call<Page<VehicleClass>>('GET', '/vehicle-classes', { signal })).items
export const bars = ({ first, end }: Between, signal: AbortSignal): Promise<Bar[]> => everyPage('/vehicle-use', { query: { first, end }, signal })
export const silences = ({ first, end }: Between, signal: AbortSignal): Promise<Silence[]> => everyPage('/vehicle-silence', { query: { first, end }, signal })
export const chargeCourse = (vehicle: number, charge: string, signal: AbortSignal): Promise<Course> => call('GET', `/vehicles/${vehicle}/charges/${charge}/course`, { signal })
export const trips = (vehicle: number, { first, end }: Between, signal: AbortSignal): Promise<Segment[]> => everyPage(`/vehicles/${vehicle}/trips`, { query: { first, end }, signal })
export const charges = (vehicle: number, { first, end }: Between, signal: AbortSignal): Promise<Segment[]> => everyPage(`/vehicles/${vehicle}/charges`, { query: { first, end }, signal })
export const alarms = async (vehicle: number, { first, end }: Between, signal: AbortSignal): Promise<Alarm[]> => (await call<Page<Alarm>>('GET', `/vehicles/${vehicle}/alarms`, { query: { first, end }, signal })).items
export const battery = (vehicle: number, end: Instant, signal: AbortSignal): Promise<Battery> => call('GET', `/vehicles/${vehicle}/battery`, { query: { end }, signal })
export const track = (vehicle: number, { first, end }: Between, reason: string, system: System): Promise<Track> => call('GET', `/vehicles/${vehicle}/track`, { query: { first, end, reason, system } })
export const suspicions = (signal: AbortSignal): Promise<Suspicion[]> => everyPage('/suspicions', { signal })
export const judge = (id: number, verdict: Verdict, reason: string): Promise<Suspicion> => call('POST', `/suspicions/${id}/verdicts`, { body: { verdict, reason } })
export const chargingBalance = ({ first, end }: Between, signal: AbortSignal): Promise<ChargingBalance> => call('GET', '/charging-balance', { query: { first, end }, signal })
