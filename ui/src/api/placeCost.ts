/** What the use of a place costs by day or month and period; amounts come as decimal text. */
import { call } from './client'
import type { Period } from './money'
import { type Days, type Subject } from './placeUse'
import type { Named } from './types'
import type { LocalDate } from '../period/zone'

export interface PeriodCost {
  /** The day, or the first one of the month with a cost. */
  first_day: LocalDate
  period: Period
  value: string
  unmeasured: string
  unshaped: string
  /** Null where a meter lacks a price. [CNY] */
  amount: string | null
  basis: 'fixed' | 'published' | 'forecast' | null
  checked: boolean
}

/** Days [first_day, end_day) of a meter whose use is in no cost. */
export interface Uncosted extends Named {
  meter_id: number
  code: string
  first_day: LocalDate
  end_day: LocalDate
  /** no_tariff, no_day_price, or what is missing. */
  reason: string
}

export interface PlaceCost {
  unit: string
  items: PeriodCost[]
  uncosted: Uncosted[]
}

export type CostStep = 'day' | 'month'

export const placeCost = ({ place, medium, meter }: Subject, step: CostStep, { first, end }: Days, signal: AbortSignal) =>
  call<PlaceCost>('GET', `/organisations/${encodeURIComponent(place)}/cost`, {
    query: { medium, meter, first_day: first, end_day: end, step }, signal,
  })
