/** Use of a place over time, its week, the kinds of its days and its nights, each amount counted once. */
import { call } from './client'
import type { DayKind } from './context'
import type { Span } from './resources'
import type { Instant, Medium, Page, Series } from './types'
import type { LocalDate } from '../period/zone'

/** What a chart is about: a place and a medium, or one meter of it. */
export interface Subject {
  /** Code of the place. */
  place: string
  medium: Medium
  meter: number | null
}

/** Local days [first, end). */
export interface Days {
  first: LocalDate
  end: LocalDate
}

export interface Use {
  start: Instant
  end: Instant
  value: number
  quantity_grade: string
  shape_grade: string
  flags: number
  coverage: number
}

export interface PlaceUse {
  unit: string
  zone: string
  items: Use[]
}

export interface WeekCell {
  /** 0 = Monday. */
  weekday: number
  hour: number
  mean: number
  days: number
}

export interface HourBand {
  hour: number
  median: number
  low: number | null
  high: number | null
  days: number
}

export interface Profile {
  kind: DayKind
  heating: boolean | null
  days: number
  hours: HourBand[]
}

export interface DayPattern {
  unit: string
  measured: number
  left_out: number
  calendar_missing: number | null
  calendar_provisional: boolean
  /** Null: no heating season is known. */
  heating_checked: boolean | null
  week: WeekCell[]
  profiles: Profile[]
}

export interface Night {
  day: LocalDate
  lowest: number | null
  at: Instant | null
  hours: number
}

export interface NightMinimum {
  unit: string
  usual: number | null
  /** Per day; null below ten nights. */
  slope: number | null
  nights: Night[]
}

export interface GaugeSeries {
  unit: string
  step_s: number
  t: number[]
  mean: (number | null)[]
}

const of = ({ place }: Subject, what: string): string => `/organisations/${encodeURIComponent(place)}/${what}`
const about = ({ medium, meter }: Subject, { first, end }: Days) => ({ medium, meter, first_day: first, end_day: end })
const instant = (epoch: number): string => new Date(epoch * 1000).toISOString()

export const placeUse = (subject: Subject, step: 'hour' | 'day' | 'month', days: Days, signal: AbortSignal) =>
  call<PlaceUse>('GET', of(subject, 'use'), { query: { ...about(subject, days), step }, signal })

export const dayPattern = (subject: Subject, days: Days, signal: AbortSignal) =>
  call<DayPattern>('GET', of(subject, 'day-pattern'), { query: about(subject, days), signal })

export const nightMinimum = (subject: Subject, days: Days, signal: AbortSignal) =>
  call<NightMinimum>('GET', of(subject, 'night-minimum'), { query: about(subject, days), signal })

/** The load curve: of one meter, or of the meters that were uppermost at the time. */
export async function loadCurve(subject: Subject, { from, to }: Span, max_points: number, signal: AbortSignal): Promise<Series | null> {
  const query = { from: instant(from), to: instant(to), max_points }
  if (subject.meter === null) {
    return call<Series>('GET', of(subject, 'series'), { query: { ...query, medium: subject.medium }, signal })
  }
  return meterSeries(subject.meter, { from, to }, max_points, signal)
}

export const meterSeries = async (meter: number, { from, to }: Span, max_points: number, signal: AbortSignal) => {
  const query = { meter, from: instant(from), to: instant(to), max_points }
  return (await call<Page<Series>>('GET', '/series', { query, signal })).items[0] ?? null
}

export const gaugeSeries = async (device: number, quantity: string, { from, to }: Span, max_points: number, signal: AbortSignal) => {
  const query = { device, quantity, from: instant(from), to: instant(to), max_points }
  return (await call<Page<GaugeSeries>>('GET', '/series', { query, signal })).items[0] ?? null
}
