/** Use per local day of one or several meters. */
import type { Consumption } from '../api/types'
import { epochOf } from '../format/instant'
import { localDate, type LocalDate } from '../period/zone'

export interface DayUse {
  value: number
  /** Measured share of the day, 0..1: that of the meter that knows least. */
  coverage: number
}

/** A day on which one of the meters has no value is left out: a part is not the whole. */
export function dailyUse(intervals: readonly Consumption[], meters: number, zone: string): Map<LocalDate, DayUse> {
  const found = new Map<LocalDate, DayUse & { meters: number }>()
  for (const { start, value, coverage } of intervals) {
    const date = localDate(epochOf(start), zone)
    const before = found.get(date)
    found.set(date, {
      value: (before?.value ?? 0) + value,
      coverage: Math.min(before?.coverage ?? 1, coverage),
      meters: (before?.meters ?? 0) + 1,
    })
  }
  return new Map([...found].filter(([, day]) => day.meters === meters))
}
