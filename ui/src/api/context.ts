/** Calendars, dated facts of places, and tables given out and taken over. */
import { address, call, type Words } from './client'
import type { Checked, Withdrawable } from './money'
import type { Instant, Named, Organisation, Page } from './types'
import type { LocalDate } from '../period/zone'

export const DAY_KINDS = ['workday', 'weekend', 'holiday', 'makeup_workday'] as const
export type DayKind = (typeof DAY_KINDS)[number]

export interface CalendarYear {
  year: number
  provisional: boolean
  source: string
  entered_at: Instant
}

export interface NamedCalendar extends Named {
  code: string
  years: CalendarYear[]
  wanted_year: number | null
}

export interface CalendarDay {
  day: LocalDate
  kind: DayKind
  name: string
  source: string
}

export interface WholeYear {
  calendar: string
  year: number
  provisional: boolean
  workdays: number
  days: CalendarDay[]
}

export interface DayChange {
  kind: DayKind
  name: string
  reason: string
}

export const FACT_KINDS = ['floor_area', 'headcount', 'use', 'climate_zone', 'region', 'calendar'] as const
export type FactKind = (typeof FACT_KINDS)[number]

/** A value that holds over the half-open range of local days [first_day, end_day). */
export interface Fact {
  kind: FactKind
  value: string
  first_day: LocalDate | null
  end_day: LocalDate | null
  source: string
}

export interface Facts {
  organisation: Organisation
  facts: Fact[]
  holding: Partial<Record<FactKind, string>>
  may_change: boolean
}

export interface Mean {
  kind: FactKind
  value: number | null
  covered_days: number
  days: number
  /** Codes of places below that are unknown, or count on a part of the days. */
  lacking: string[]
  in_part: string[]
}

export interface SheetFault {
  sheet: string
  row: number
  column: string
  code: string
  seen: string
  wanted: string
  /** What `wanted` says, where it is a refusal that other languages word. */
  why: Words | null
}

export interface Taken {
  rows: number
  taken: boolean
  faults: SheetFault[]
  faults_total: number
}

export const calendars = async (signal?: AbortSignal) => (await call<Page<NamedCalendar>>('GET', '/calendars', upTo(signal))).items
export const calendarYear = (code: string, year: number, signal?: AbortSignal) =>
  call<WholeYear>('GET', `/calendars/${code}/years/${year}`, upTo(signal))
export const makeProvisional = (code: string, year: number) =>
  call<WholeYear>('POST', `/calendars/${code}/years/${year}/provisional`)
export const changeDay = (code: string, day: LocalDate, change: DayChange) =>
  call<CalendarDay>('PATCH', `/calendars/${code}/days/${day}`, { body: change, seenAt: `/calendars/${code}/years/${day.slice(0, 4)}` })

export const facts = (code: string, signal?: AbortSignal) =>
  call<Facts>('GET', `/organisations/${encodeURIComponent(code)}/facts`, upTo(signal))
export const setFact = (code: string, { kind, ...fact }: Fact) =>
  call<Facts>('PUT', `/organisations/${encodeURIComponent(code)}/facts/${kind}`, { body: fact, seenAt: `/organisations/${encodeURIComponent(code)}/facts` })
export const meanFact = (code: string, kind: FactKind, first_day: LocalDate, end_day: LocalDate, signal?: AbortSignal) =>
  call<Mean>('GET', `/organisations/${encodeURIComponent(code)}/facts/${kind}/mean`, { query: { first_day, end_day }, ...upTo(signal) })

/** A stretch [first, end) in which a place stood below another; no names where the reader may not see it. */
export interface Stretch {
  parent: string | null
  name_zh: string | null
  name_en: string | null
  first: Instant | null
  end: Instant | null
  move_id: number | null
  first_day: LocalDate | null
  reason: string | null
  person: string | null
  at: Instant | null
}

export interface Positions {
  items: Stretch[]
  undone: { move_id: number; parent: string | null; first_day: LocalDate; undone_because: string; undone_by: string; undone_at: Instant }[]
  closed_months: { institution: string; month: LocalDate }[]
  may_move: boolean
}

export const positions = (code: string, signal?: AbortSignal) =>
  call<Positions>('GET', `/organisations/${encodeURIComponent(code)}/positions`, upTo(signal))
export const movePlace = (code: string, wanted: { day: LocalDate; parent: string; reason: string }) =>
  call<Positions>('POST', `/organisations/${encodeURIComponent(code)}/positions`, { body: wanted })
export const undoMove = (code: string, move: number, reason: string) =>
  call<Positions>('POST', `/organisations/${encodeURIComponent(code)}/positions/${move}/undo`, { body: { reason } })

/** Where a table is fetched as a file. */
export const sheetFile = (name: string, form: 'xlsx' | 'csv', lang: string) => address(`/sheets/${name}`, { form, lang })
export const takeSheet = (name: string, file: Blob, check: boolean) =>
  call<Taken>('POST', `/sheets/${name}`, { query: { check: String(check) }, file })

function upTo(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}

export interface WeatherValue {
  quantity: string
  value: number
  at: Instant
  stale: boolean
  doubt: 'beyond_limits' | 'unlike_neighbours' | null
  /** Median of the other sensors. [degC] */
  neighbours: number | null
}

export interface Station {
  device_id: number
  code: string
  place: string
  stale: boolean
  values: WeatherValue[]
}

export type SourceKind = 'sensor' | 'pulled' | 'imported'

/** A source of hourly temperature; in the order in which they count. */
export interface WeatherSource {
  kind: SourceKind
  station: string
  place: string
  /** Address or document; empty for a sensor. */
  source: string
  newest_at: Instant | null
  /** [degC] */
  newest_c: number | null
  taken_at: Instant | null
  stale: boolean
  doubt: WeatherValue['doubt']
  in_use: boolean
}

/** An hour that is kept but not believed. */
export interface MarkedHour {
  hour: Instant
  kind: SourceKind
  station: string
  /** [degC] */
  temperature_c: number
  doubt: NonNullable<WeatherValue['doubt']>
  neighbours_c: number | null
}

export interface WeatherPull {
  address: string
  latitude_deg: number
  longitude_deg: number
  tried_at: Instant | null
  succeeded_at: Instant | null
  fault: string
}

export type NewPull = Pick<WeatherPull, 'address' | 'latitude_deg' | 'longitude_deg'>

export interface Weather {
  station: Station | null
  sources: WeatherSource[]
  stale: boolean
  stale_after_hours: number
  marked: MarkedHour[]
  pull: WeatherPull | null
}

export const weather = (code: string, signal?: AbortSignal) =>
  call<Weather>('GET', `/organisations/${encodeURIComponent(code)}/weather`, upTo(signal))
export const pullWeather = (code: string, pull: NewPull) =>
  call<Weather>('PUT', `/organisations/${encodeURIComponent(code)}/weather/pull`, { body: pull })
export const pullNoWeather = (code: string) => call<void>('DELETE', `/organisations/${encodeURIComponent(code)}/weather/pull`)

/** Local days [first_day, end_day) on which a school is in term. */
export interface Term {
  id: number
  name: string
  first_day: LocalDate
  end_day: LocalDate
  source: string
}

export const EVENT_KINDS = ['reception', 'meeting', 'large_event', 'closure', 'works', 'other'] as const

export interface PlaceEvent {
  id: number
  place: string
  kind: (typeof EVENT_KINDS)[number]
  name: string
  start_at: Instant
  end_at: Instant
  source: string
}

const placePath = (code: string, what: string): string => `/organisations/${encodeURIComponent(code)}/${what}`
export const terms = async (code: string, signal?: AbortSignal) => (await call<Page<Term>>('GET', placePath(code, 'terms'), upTo(signal))).items
export const addTerm = (code: string, term: Omit<Term, 'id'>) => call<Page<Term>>('POST', placePath(code, 'terms'), { body: term })
export const removeTerm = (code: string, id: number) => call<void>('DELETE', placePath(code, `terms/${id}`))
export const events = async (code: string, from: Instant, to: Instant, signal?: AbortSignal) =>
  (await call<Page<PlaceEvent>>('GET', placePath(code, 'events'), { query: { from, to }, ...upTo(signal) })).items
export const addEvent = (code: string, event: Omit<PlaceEvent, 'id' | 'place'>) => call<void>('POST', placePath(code, 'events'), { body: event })
export const removeEvent = (code: string, id: number) => call<void>('DELETE', placePath(code, `events/${id}`))

export interface HeatingSeason extends Checked {
  /** The last check that was taken back, while none stands. */
  withdrawn: Withdrawable['withdrawn']
  year: number
  first_day: LocalDate
  end_day: LocalDate
  checked_by: string | null
  /** Recorded by who asks: somebody else checks it. */
  own: boolean
}

export interface HeatingRegion extends Checked {
  /** The last check that was taken back, while none stands. */
  withdrawn: Withdrawable['withdrawn']
  region: string
  /** MM-DD; null: no district heating. */
  first: string | null
  last: string | null
  checked_by: string | null
  own: boolean
  recorded: HeatingSeason[]
}

export const heatingRegions = async (signal?: AbortSignal) => (await call<Page<HeatingRegion>>('GET', '/heating-seasons', upTo(signal))).items
export const withdrawStatutory = (region: string, reason: string) =>
  call<HeatingRegion>('POST', `/heating-seasons/${region}/check/withdraw`, { body: { reason } })
export const withdrawSeason = (region: string, year: number, reason: string) =>
  call<HeatingSeason>('POST', `/heating-seasons/${region}/${year}/check/withdraw`, { body: { reason } })
export const recordSeason = (region: string, year: number, season: Pick<HeatingSeason, 'first_day' | 'end_day' | 'source'>) =>
  call<HeatingSeason>('PUT', `/heating-seasons/${region}/${year}`, { body: season })
export const checkStatutory = (region: string, document: string) => call<HeatingRegion>('POST', `/heating-seasons/${region}/check`, { body: { document } })
export const checkSeason = (region: string, year: number, document: string) =>
  call<HeatingSeason>('POST', `/heating-seasons/${region}/${year}/check`, { body: { document } })

export const DECLARED = ['pv_self_used_kwh', 'green_retired_kwh', 'green_held_kwh', 'gasoline_l', 'diesel_l', 'lpg_kg', 'raw_coal_kg'] as const

export interface Declaration {
  organisation_id: number
  year: number
  what: (typeof DECLARED)[number]
  /** Decimal text, in the unit of `what`. */
  amount: string
  document: string
  declared_at: Instant
}

export const declarations = async (organisation: number, signal?: AbortSignal) =>
  (await call<Page<Declaration>>('GET', '/energy-declarations', { query: { organisation }, ...upTo(signal) })).items
export const declare = (declared: Omit<Declaration, 'declared_at'>) => call<void>('POST', '/energy-declarations', { body: declared })
