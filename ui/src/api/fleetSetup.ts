/** What administrators say of a fleet: vehicles, who has them, rules, areas, piles, leave, limits. */
import { call } from './client'
import { everyPage } from './page'
import type { System, Vehicle } from './fleet'
import type { Instant, Named, Page } from './types'

type LocalDate = string

export const CATEGORIES = ['general', 'confidential', 'emergency', 'law_enforcement', 'special'] as const
export const ACQUISITIONS = ['quota', 'rent_in_lieu_of_quota', 'time_share_rental'] as const
export const POWERTRAINS = ['electric', 'plug_in_hybrid', 'fuel'] as const
export const LEAVES = ['duty', 'emergency', 'law_enforcement', 'other'] as const
export const FENCES = ['home', 'area', 'forbidden'] as const

export interface Description {
  plate: string
  vehicle_class: string
  powertrain: string
  category: string
  acquisition: string
  battery_kwh: number | null
  livery: boolean
  hidden: boolean
  since: Instant | null
}
export interface NewVehicle extends Description {
  code: string
  organisation: string
  department: string
  vin: string | null
  maker: string
  model: string
  device: string | null
}
export interface Station {
  organisation_id: number
  department: string
  start_at: Instant | null
  end_at: Instant | null
}
export interface UseRule {
  rule: string
  in_use: boolean
  /** Somebody has set it; else what is usual holds. */
  set: boolean
  holds_from: LocalDate | null
  /** The next day from which on it is set otherwise. */
  changes_on: LocalDate | null
  terms: Record<string, number>
}
export type Corner = [latitude: number, longitude: number]
export interface Fence {
  id: number
  organisation_id: number
  kind: (typeof FENCES)[number]
  name: string
  ring: Corner[]
  /** null: it has always been there. */
  first_day: LocalDate | null
  end_day: LocalDate | null
}
export interface Pile extends Named {
  id: number
  code: string
  meter_id: number
  meter_code: string
  latitude_deg: number | null
  longitude_deg: number | null
  parent_meter: string | null
}
export interface NewPile extends Named {
  code: string
  meter_id: number
  latitude_deg: number | null
  longitude_deg: number | null
  system: System
}
export interface Leave {
  kind: string
  first_day: LocalDate | null
  end_day: LocalDate | null
}
export interface TrackLeave {
  id: number
  person: string
  organisation_id: number
  first_day: LocalDate
  end_day: LocalDate
  reason: string
  granted_by: string
  withdrawn_at: Instant | null
}
export interface FleetLimits {
  used_days: string
  km_day: string
  least_known: string
  spare_hours: string
  away_hours: string
}

const list = async <T>(path: string, signal: AbortSignal, query: Record<string, number> = {}): Promise<T[]> => (await call<Page<T>>('GET', path, { query, signal })).items

export const enterVehicle = (vehicle: NewVehicle) => call<Vehicle>('POST', '/vehicles', { body: vehicle })
export const describeVehicle = (id: number, told: Description) => call<Vehicle>('POST', `/vehicles/${id}/descriptions`, { body: told })
export const stations = (id: number, signal: AbortSignal) => list<Station>(`/vehicles/${id}/stations`, signal)
export const handOver = (id: number, told: { organisation: string; department: string; since: Instant }) => call<void>('POST', `/vehicles/${id}/stations`, { body: told })
export const fitTerminal = (id: number, told: { device: string; since: Instant }) => call<Vehicle>('POST', `/vehicles/${id}/terminals`, { body: told })
export const leaves = (id: number, signal: AbortSignal) => list<Leave>(`/vehicles/${id}/exemptions`, signal)
export const giveLeave = (id: number, told: { kind: string; first_day: LocalDate; end_day: LocalDate; reason: string }) => call<void>('POST', `/vehicles/${id}/exemptions`, { body: told })
export const useRules = (organisation: number, signal: AbortSignal) => list<UseRule>('/fleet-rules', signal, { organisation })
export const setRule = (told: { organisation_id: number; rule: string; holds_from: LocalDate; in_use: boolean; terms: Record<string, number> }) => call<void>('PUT', '/fleet-rules', { body: told })
export const fences = (organisation: number, signal: AbortSignal) => list<Fence>('/fences', signal, { organisation })
export const addFence = (told: { organisation_id: number; kind: string; name: string; ring: Corner[]; system: System; first_day: LocalDate | null }) => call<void>('POST', '/fences', { body: told })
export const endFence = (id: number, day: LocalDate) => call<void>('DELETE', `/fences/${id}`, { query: { day } })
export const piles = (signal: AbortSignal) => list<Pile>('/piles', signal)
export const addPile = (pile: NewPile) => call<void>('POST', '/piles', { body: pile })
export const trackLeaves = (signal: AbortSignal) => everyPage<TrackLeave>('/track-access', { signal })
export const giveTracks = (told: { login: string; organisation_id: number; first_day: LocalDate; end_day: LocalDate; reason: string }) => call<void>('POST', '/track-access', { body: told })
export const withdrawTracks = (id: number) => call<void>('DELETE', `/track-access/${id}`)
export const setLimits = (told: FleetLimits & { organisation_id: number; holds_from: LocalDate; reason: string }) => call<void>('PUT', '/fleet-limits', { body: told })
