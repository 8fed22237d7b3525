/** The one period that all figures of a page follow: local days [first, end). */
import { addDays, addMonths, daysBetween, isLocalDate, startOfDay, startOfMonth, type LocalDate } from './zone'
import type { Step } from '../api/types'
import type { Span } from '../api/resources'

export const PERIOD_NAMES = ['today', '7d', '30d', 'month', 'year', 'custom'] as const
export type PeriodName = (typeof PERIOD_NAMES)[number]

export interface Period {
  name: PeriodName
  first: LocalDate
  end: LocalDate
}

const LONGEST_DAYS = 3_660

/** A named period as it stands on the local day `today`. */
export function namedPeriod(name: Exclude<PeriodName, 'custom'>, today: LocalDate): Period {
  const tomorrow = addDays(today, 1)
  switch (name) {
    case 'today':
      return { name, first: today, end: tomorrow }
    case '7d':
      return { name, first: addDays(today, -6), end: tomorrow }
    case '30d':
      return { name, first: addDays(today, -29), end: tomorrow }
    case 'month':
      return { name, first: startOfMonth(today), end: addMonths(today, 1) }
    case 'year':
      return { name, first: `${today.slice(0, 4)}-01-01`, end: `${Number(today.slice(0, 4)) + 1}-01-01` }
  }
}

export function customPeriod(first: LocalDate, end: LocalDate): Period {
  return { name: 'custom', first, end }
}

/** Read a period from an address; whatever cannot be read becomes the last seven days. */
export function readPeriod(query: Record<string, unknown>, today: LocalDate): Period {
  const { from, end, period } = query
  if (isLocalDate(from) && isLocalDate(end)) {
    const days = daysBetween(from, end)
    if (days >= 1 && days <= LONGEST_DAYS) return customPeriod(from, end)
  }
  const named = PERIOD_NAMES.find((name) => name === period)
  return namedPeriod(named === undefined || named === 'custom' ? '7d' : named, today)
}

export function writePeriod(period: Period): Record<'period' | 'from' | 'end', string | undefined> {
  if (period.name === 'custom') return { period: undefined, from: period.first, end: period.end }
  return { period: period.name, from: undefined, end: undefined }
}

/** The period before (-1) or after (+1): whole months and years stay whole. */
export function shiftPeriod(period: Period, by: -1 | 1): Period {
  const months = wholeMonths(period)
  if (months > 0) return customPeriod(addMonths(period.first, by * months), addMonths(period.end, by * months))
  const days = by * daysBetween(period.first, period.end)
  return customPeriod(addDays(period.first, days), addDays(period.end, days))
}

export const COMPARISONS = ['previous', 'year'] as const
export type Comparison = (typeof COMPARISONS)[number]

/** What a period is held against: the one just before it, or the same days a year earlier. */
export function comparedPeriod(period: Period, comparison: Comparison): Period {
  if (comparison === 'previous') return shiftPeriod(period, -1)
  const day = (date: LocalDate): LocalDate => addDays(addMonths(date, -12), Number(date.slice(8)) - 1)
  const first = day(period.first)
  return customPeriod(first, wholeMonths(period) > 0 ? day(period.end) : addDays(first, daysBetween(period.first, period.end)))
}

/** How many calendar months the period is, 0 if it is not made of whole ones. */
export function wholeMonths({ first, end }: Period): number {
  if (!first.endsWith('-01') || !end.endsWith('-01')) return 0
  return (Number(end.slice(0, 4)) - Number(first.slice(0, 4))) * 12 + Number(end.slice(5, 7)) - Number(first.slice(5, 7))
}

export function periodSpan(period: Period, zone: string): Span {
  return { from: startOfDay(period.first, zone), to: startOfDay(period.end, zone) }
}

/** The coarsest step whose intervals fill the period exactly. */
export function coarsestStep(period: Period): Step {
  return wholeMonths(period) > 0 ? 'month' : 'day'
}
