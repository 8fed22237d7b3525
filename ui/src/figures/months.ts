/** Months of a year beside the same months of the year before. */
import type { Use } from '../api/placeUse'
import { epochOf } from '../format/instant'
import { change } from '../format/number'
import { localDate, type LocalDate } from '../period/zone'

/** Of less than this a month is no measure for another. */
export const WHOLE_MONTH = 0.98

export interface Month {
  /** Its first day. */
  first: LocalDate
  now: Use | null
  before: Use | null
  /** Change against the year before; null unless both are whole. */
  change: number | null
}

/** The twelve months of `year`. */
export function monthsOf(year: number, uses: readonly Use[], zone: string): Month[] {
  const byDay = new Map(uses.map((use) => [localDate(epochOf(use.start), zone), use]))
  return Array.from({ length: 12 }, (_, index) => {
    const tail = `-${String(index + 1).padStart(2, '0')}-01`
    const now = byDay.get(`${year}${tail}`) ?? null
    const before = byDay.get(`${year - 1}${tail}`) ?? null
    const whole = now && before && now.coverage >= WHOLE_MONTH && before.coverage >= WHOLE_MONTH
    return { first: `${year}${tail}`, now, before, change: whole ? change(now.value, before.value) : null }
  })
}
