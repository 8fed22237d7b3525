/** Costs of days or months as stacked bars, and their sum by period. Money is for the eye here; nothing is billed by it. */
import type { CostStep, PeriodCost } from '../api/placeCost'
import type { Period } from '../api/money'
import { addDays, addMonths, startOfMonth, type LocalDate } from '../period/zone'

/** From the foot of a bar to its top: the cheap below, the dear above. */
export const PERIODS: readonly Period[] = ['deep_valley', 'valley', 'flat', 'peak', 'sharp']

export interface CostBar {
  first: LocalDate
  parts: PeriodCost[]
  /** Null where nothing is known, or a price is missing. [CNY] */
  total: number | null
  /** Some of its use is not measured, or only allocated to its time. */
  estimated: boolean
  /** There is a use, and a price of it is missing. */
  unpriced: boolean
}

export interface PeriodSum {
  period: Period
  value: number
  amount: number | null
}

/** One bar for each day, or month, that lies in [first, end). */
export function costBars(items: readonly PeriodCost[], step: CostStep, first: LocalDate, end: LocalDate): CostBar[] {
  const begin = step === 'day' ? first : startOfMonth(first)
  const known = new Map<LocalDate, PeriodCost[]>()
  for (const item of items) {
    const at = step === 'day' ? item.first_day : startOfMonth(item.first_day)
    known.set(at, [...(known.get(at) ?? []), item])
  }
  const bars: CostBar[] = []
  for (let at = begin; at < end; at = step === 'day' ? addDays(at, 1) : addMonths(at, 1)) bars.push(bar(at, known.get(at) ?? []))
  return bars
}

function bar(first: LocalDate, found: readonly PeriodCost[]): CostBar {
  const parts = [...found].sort((one, other) => PERIODS.indexOf(one.period) - PERIODS.indexOf(other.period))
  return {
    first,
    parts,
    total: parts.length > 0 ? sum(parts) : null,
    estimated: parts.some(({ unmeasured, unshaped }) => Number(unmeasured) !== 0 || Number(unshaped) !== 0),
    unpriced: parts.some(({ amount }) => amount === null),
  }
}

/** Use and cost of each period that occurs, the dearest kind first. A sum that lacks a price is none. */
export function periodSums(items: readonly PeriodCost[]): PeriodSum[] {
  return [...PERIODS].reverse().flatMap((period) => {
    const own = items.filter((each) => each.period === period)
    if (own.length === 0) return []
    return [{ period, value: own.reduce((total, { value }) => total + Number(value), 0), amount: sum(own) }]
  })
}

function sum(parts: readonly PeriodCost[]): number | null {
  return parts.reduce<number | null>((total, { amount }) => (total === null || amount === null ? null : total + Number(amount)), 0)
}
