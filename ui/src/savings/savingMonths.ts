/** Use against its baseline by calendar month, of the days that count. */
import type { SavingRow } from '../api/baselines'
import { addDays, type LocalDate } from '../period/zone'

export interface SavingMonth {
  /** Its first day. */
  first: LocalDate
  /** With the signed non-routine adjustments. */
  baseline: number
  actual: number
  saving: number
  /** How many days count, and how many of those that are over do not. */
  days: number
  left: number
}

/** A bill belongs to the month in which its last day lies; a month of which no day counts is not there. */
export function savingMonths(items: readonly SavingRow[]): SavingMonth[] {
  const found = new Map<LocalDate, SavingMonth>()
  for (const { first_day, days, baseline, adjustment, actual, saving } of items) {
    const first = `${addDays(first_day, days - 1).slice(0, 7)}-01`
    const month = found.get(first) ?? { first, baseline: 0, actual: 0, saving: 0, days: 0, left: 0 }
    if (saving === null || baseline === null || actual === null) month.left += days
    else {
      month.baseline += baseline + adjustment
      month.actual += actual
      month.saving += saving
      month.days += days
    }
    found.set(first, month)
  }
  return [...found.values()].filter(({ days }) => days > 0).sort((a, b) => (a.first < b.first ? -1 : 1))
}
