/** Use per local day. */
import type { Use } from '../api/placeUse'
import { epochOf } from '../format/instant'
import { localDate, type LocalDate } from '../period/zone'
import { isEstimated } from './grade'

export interface DayUse {
  value: number
  /** Share of the day that has a figure, 0..1. */
  coverage: number
  /** Some of the amount is not measured. */
  estimated: boolean
}

export function dailyUse(uses: readonly Use[], zone: string): Map<LocalDate, DayUse> {
  return new Map(
    uses.map(({ start, value, coverage, quantity_grade }) => [
      localDate(epochOf(start), zone),
      { value, coverage, estimated: isEstimated(quantity_grade) },
    ]),
  )
}
