/** Instants in the institution's zone, whatever zone the browser sits in. [epoch s] */
import type { Instant } from '../api/types'
import type { LocalDate } from '../period/zone'

const formats = new Map<string, Intl.DateTimeFormat>()

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options)
  let found = formats.get(key)
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(locale, options)))
  return found
}

export function epochOf(instant: Instant): number {
  return Date.parse(instant) / 1000
}

export function formatTime(epoch: number, zone: string, locale: string): string {
  return format(locale, { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(epoch * 1000)
}

export function formatDateTime(epoch: number, zone: string, locale: string): string {
  return format(locale, {
    timeZone: zone, year: 'numeric', month: 'short', day: 'numeric',
    hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  }).format(epoch * 1000)
}

/** With seconds, for evidence such as conflicting readings. */
export function formatExact(epoch: number, zone: string, locale: string): string {
  return format(locale, {
    timeZone: zone, year: 'numeric', month: 'short', day: 'numeric',
    hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  }).format(epoch * 1000)
}

/** 11月22日, 22 Nov; with the year where the reader could not know it. */
export function formatDay(date: LocalDate, locale: string, withYear = true): string {
  const year = withYear ? ({ year: 'numeric' } as const) : {}
  return format(locale, { timeZone: 'UTC', ...year, month: 'short', day: 'numeric' }).format(Date.parse(`${date}T00:00:00Z`))
}

export function formatWeekday(date: LocalDate, locale: string, width: 'narrow' | 'short' = 'short'): string {
  return format(locale, { timeZone: 'UTC', weekday: width }).format(Date.parse(`${date}T00:00:00Z`))
}

export function formatMonth(date: LocalDate, locale: string): string {
  return format(locale, { timeZone: 'UTC', month: 'short' }).format(Date.parse(`${date}T00:00:00Z`))
}

/** 2026年10月, Oct 2026. */
export function formatYearMonth(date: LocalDate, locale: string): string {
  return format(locale, { timeZone: 'UTC', year: 'numeric', month: 'short' }).format(Date.parse(`${date.slice(0, 7)}-01T00:00:00Z`))
}

export function formatYear(date: LocalDate, locale: string): string {
  return format(locale, { timeZone: 'UTC', year: 'numeric' }).format(Date.parse(`${date}T00:00:00Z`))
}

/** First to last day, with the year once where one is enough: 2026年11月16日–11月22日. */
export function formatDays(first: LocalDate, last: LocalDate, locale: string): string {
  if (first === last) return formatDay(first, locale)
  const sameYear = first.slice(0, 4) === last.slice(0, 4)
  if (locale.startsWith('zh')) return `${formatDay(first, locale)}–${formatDay(last, locale, !sameYear)}`
  return `${formatDay(first, locale, !sameYear)} – ${formatDay(last, locale)}`
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1],
]

/** "3 分钟前", "3 min. ago". An instant ahead of the clock reads as now. */
export function formatAge(seconds: number, locale: string): string {
  const age = Math.max(0, seconds)
  const [unit, size] = STEPS.find(([, each]) => age >= each) ?? (['second', 1] as const)
  return new Intl.RelativeTimeFormat(locale, { style: 'short' }).format(-Math.floor(age / size), unit)
}
