/** Savings as columns of a drawing: a day that does not count is null. */
import type { Savings } from '../api/baselines'
import { addDays, startOfDay } from '../period/zone'

type Column = (number | null)[]

export interface SavingCurve {
  t: number[]
  actual: Column
  /** With the signed non-routine adjustments. */
  baseline: Column
  cumulative: Column
  low: Column
  high: Column
}

/**
 * The band of the whole, as shares of the baseline, is drawn from the first day on: it widens with the use it is a share
 * of, and on the last day it is the band that is told.
 */
export function savingCurve({ items, total }: Pick<Savings, 'items' | 'total'>, zone: string): SavingCurve {
  const { band, saving } = total
  const whole = (total.baseline ?? 0) + total.adjustment
  const below = band && saving !== null && whole > 0 ? (saving - band.low) / whole : null
  const above = band && saving !== null && whole > 0 ? (band.high - saving) / whole : null
  const curve: SavingCurve = { t: [], actual: [], baseline: [], cumulative: [], low: [], high: [] }
  let used = 0
  for (const { first_day, days, actual, baseline, adjustment, saving: saved, cumulative } of items) {
    const counts = saved !== null && baseline !== null && cumulative !== null
    const adjusted = baseline === null ? null : baseline + adjustment
    if (counts) used += adjusted ?? 0
    curve.t.push(startOfDay(addDays(first_day, days - 1), zone))
    curve.actual.push(actual)
    curve.baseline.push(adjusted)
    curve.cumulative.push(counts ? cumulative : null)
    curve.low.push(counts && below !== null ? cumulative - below * used : null)
    curve.high.push(counts && above !== null ? cumulative + above * used : null)
  }
  return curve
}
