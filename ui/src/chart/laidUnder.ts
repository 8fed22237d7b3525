/** A baseline at the times of a load curve. */
import type { BaselineCurve } from '../api/baselines'
import type { Curve } from './curve'

type Column = (number | null)[]

export interface Basis {
  mean: Column
  low: Column
  high: Column
}

/** Each point takes the row in which it begins: days and bills are longer than points. Null in another unit. */
export function laidUnder({ t, unit }: Pick<Curve, 't' | 'unit'>, baseline: BaselineCurve): Basis | null {
  if (baseline.unit !== unit) return null
  let row = 0
  const rows = t.map((at) => {
    while (row < baseline.t.length && (baseline.end[row] ?? 0) <= at) row += 1
    return row < baseline.t.length && (baseline.t[row] ?? Infinity) <= at ? row : -1
  })
  const of = (column: Column): Column => rows.map((n) => column[n] ?? null)
  return { mean: of(baseline.mean), low: of(baseline.low), high: of(baseline.high) }
}
