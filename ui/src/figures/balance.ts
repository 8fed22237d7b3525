/** What the main meters measured, split into the meters below them and the unmetered remainder. */
import type { Consumption, Meter } from '../api/types'

export interface Use {
  /** Consumption of the span, null when a part of it is missing. */
  value: number | null
  /** Measured share of the span, 0..1. */
  coverage: number
}

export interface BalanceRow {
  meter: Meter
  /** 1 = directly below a main meter. */
  depth: number
  use: Use | null
  /** Part of the main meters' use, null when either is missing. */
  share: number | null
}

export interface Balance {
  total: number | null
  rows: BalanceRow[]
  /** Main minus the meters directly below; negative = they count more than the main meter does. */
  remainder: number | null
  /** Meters directly below whose use is unknown: with one of them there is no remainder to tell. */
  unknown: number
}

/** Sum the intervals of each meter. An interval without a value leaves the sum without one. */
export function usePerMeter(intervals: readonly Consumption[]): Map<number, Use> {
  const seen = new Map<number, { value: number | null; covered: number; seconds: number }>()
  for (const { meter_id, value, coverage, start, end } of intervals) {
    const seconds = (Date.parse(end) - Date.parse(start)) / 1000
    const before = seen.get(meter_id) ?? { value: 0, covered: 0, seconds: 0 }
    seen.set(meter_id, {
      value: value === null || before.value === null ? null : before.value + value,
      covered: before.covered + coverage * seconds,
      seconds: before.seconds + seconds,
    })
  }
  return new Map(
    [...seen].map(([id, { value, covered, seconds }]) => [id, { value, coverage: seconds > 0 ? covered / seconds : 0 }]),
  )
}

/** Check meters count what another one counts already, virtual ones are sums: neither is a part. */
function isPart({ role }: Meter): boolean {
  return role === 'branch' || role === 'sub'
}

export function balance(meters: readonly Meter[], uses: ReadonlyMap<number, Use>): Balance {
  const mains = meters.filter(({ role }) => role === 'main')
  const total = sum(mains.map(({ id }) => uses.get(id)?.value ?? null))
  const rows: BalanceRow[] = []
  const below = (parent: number, depth: number): void => {
    for (const meter of meters.filter((each) => each.parent_id === parent && isPart(each))) {
      const use = uses.get(meter.id) ?? null
      const share = use?.value == null || !total ? null : use.value / total
      rows.push({ meter, depth, use, share })
      below(meter.id, depth + 1)
    }
  }
  for (const { id } of mains) below(id, 1)
  const direct = rows.filter(({ depth }) => depth === 1).map(({ use }) => use?.value ?? null)
  const parts = sum(direct)
  return {
    total,
    rows,
    remainder: direct.length === 0 || total === null || parts === null ? null : total - parts,
    unknown: direct.filter((value) => value === null).length,
  }
}

function sum(values: readonly (number | null)[]): number | null {
  if (values.length === 0) return null
  return values.reduce<number | null>((all, value) => (all === null || value === null ? null : all + value), 0)
}
