/** A year as a grid: weeks are columns, weekdays are rows, Monday on top. */
import { addDays, daysBetween, weekday, type LocalDate } from '../period/zone'

export interface CalendarDay {
  date: LocalDate
  column: number
  /** 0 = Monday .. 6 = Sunday. */
  row: number
}

export interface CalendarMonth {
  first: LocalDate
  column: number
}

export interface Calendar {
  days: CalendarDay[]
  months: CalendarMonth[]
  columns: number
}

/** Lay out the local days of [first, end). */
export function layOut(first: LocalDate, end: LocalDate): Calendar {
  const lead = weekday(first)
  const days = Array.from({ length: daysBetween(first, end) }, (_, index) => ({
    date: addDays(first, index),
    column: Math.floor((lead + index) / 7),
    row: (lead + index) % 7,
  }))
  const months = days
    .filter(({ date }) => date.endsWith('-01'))
    .map(({ date, column, row }) => ({ first: date, column: row === 0 ? column : column + 1 }))
  return { days, months, columns: (days.at(-1)?.column ?? -1) + 1 }
}

/** The day that an arrow key leads to; the same one at the border. */
export function neighbour(date: LocalDate, key: string, first: LocalDate, end: LocalDate): LocalDate {
  const step = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -7, ArrowRight: 7, PageUp: -28, PageDown: 28 }[key]
  if (key === 'Home') return first
  if (key === 'End') return addDays(end, -1)
  const there = addDays(date, step ?? 0)
  return there < first || there >= end ? date : there
}

export const LEVELS = 7

export interface Scale {
  low: number
  high: number
  /** True when days above `high` exist: the darkest shade then means "at least". */
  clipped: boolean
}

/**
 * Shades run from the lowest day to the 98th percentile, so that one faulty day
 * does not bleach the year. Null when there is nothing to shade.
 */
export function scaleOf(values: readonly number[]): Scale | null {
  const sorted = [...values].sort((a, b) => a - b)
  const low = sorted[0]
  const top = sorted.at(-1)
  if (low === undefined || top === undefined) return null
  const high = sorted[Math.ceil(0.98 * (sorted.length - 1))] ?? top
  // A gentle tail needs no clipping; only a day far above the rest does.
  return top > low + 1.25 * (high - low) ? { low, high, clipped: true } : { low, high: top, clipped: false }
}

/** 0 .. LEVELS - 1. */
export function levelOf(value: number, { low, high }: Scale): number {
  if (high <= low) return Math.floor(LEVELS / 2)
  return Math.max(0, Math.min(LEVELS - 1, Math.floor(((value - low) / (high - low)) * LEVELS)))
}
