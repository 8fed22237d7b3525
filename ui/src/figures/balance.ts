/** What the uppermost meters measured, split into the meters below them and the unmetered remainder. */
import type { Consumption, Meter } from '../api/types'

export interface Use {
  /** Sum of the intervals that have a figure. */
  value: number
  /** How much of the time those intervals measured. [s] */
  covered: number
}

export interface BalanceRow {
  meter: Meter
  /** 1 = directly below an uppermost meter. */
  depth: number
  use: Use | null
  /** Part of the uppermost meters' use, null when either is missing. */
  share: number | null
}

export interface Balance {
  total: number | null
  rows: BalanceRow[]
  /** Uppermost minus the meters directly below; negative = they count more than the uppermost do. */
  remainder: number | null
  /** Meters directly below that measured clearly less of the time: the remainder is then too large. */
  incomplete: number
}

/** A meter that knows this much less of the time than the uppermost ones lacks data. */
const TOLERANCE = 0.02

/** Check meters count what another one counts already, virtual ones are sums: neither is a part. */
function counts({ role }: Meter): boolean {
  return role !== 'check' && role !== 'virtual'
}

/** The meters whose sum is the use of the place, each medium by itself. */
export function uppermost(meters: readonly Meter[]): Meter[] {
  const here = new Set(meters.map(({ id }) => id))
  return meters.filter((meter) => counts(meter) && (meter.parent_id === null || !here.has(meter.parent_id)) && /^(gateway|main)$/.test(meter.role))
}

export function usePerMeter(intervals: readonly Consumption[]): Map<number, Use> {
  const uses = new Map<number, Use>()
  for (const { meter_id, value, coverage, start, end } of intervals) {
    const before = uses.get(meter_id) ?? { value: 0, covered: 0 }
    const covered = (coverage * (Date.parse(end) - Date.parse(start))) / 1000
    uses.set(meter_id, { value: before.value + value, covered: before.covered + covered })
  }
  return uses
}

export function balance(meters: readonly Meter[], uses: ReadonlyMap<number, Use>): Balance {
  const top = uppermost(meters)
  const total = sum(top.map(({ id }) => uses.get(id)))
  const rows: BalanceRow[] = []
  const below = (parent: number, depth: number): void => {
    for (const meter of meters.filter((each) => each.parent_id === parent && counts(each))) {
      const use = uses.get(meter.id) ?? null
      rows.push({ meter, depth, use, share: use && total ? use.value / total : null })
      below(meter.id, depth + 1)
    }
  }
  for (const { id } of top) below(id, 1)
  const direct = rows.filter(({ depth }) => depth === 1)
  const parts = sum(direct.map(({ use }) => use))
  const measured = Math.min(...top.map(({ id }) => uses.get(id)?.covered ?? 0))
  return {
    total,
    rows,
    remainder: total === null || parts === null ? null : total - parts,
    incomplete: direct.filter(({ use }) => (use?.covered ?? 0) < measured * (1 - TOLERANCE)).length,
  }
}

/** Null when there is nothing to add or one of them is missing: a part is not the whole. */
function sum(uses: readonly (Use | null | undefined)[]): number | null {
  let total = 0
  for (const use of uses) {
    if (!use) return null
    total += use.value
  }
  return uses.length === 0 ? null : total
}
