import { expect, test } from 'vitest'
import type { SavingRow, Savings } from '../api/baselines'
import { savingCurve } from './savingCurve'

const row = (first_day: string, actual: number | null, cumulative: number | null): SavingRow => ({
  first_day, days: 1, actual, cumulative, baseline: 10, adjustment: 2, saving: cumulative === null ? null : 12 - (actual ?? 0),
  left_out: cumulative === null ? 'no_use' : null, left_out_days: 0, outside: false, estimated: false,
})
const band = { low: -4, high: 8, half_width: 0.25, confidence: 0.9, coverage: null, tested: 0, sample_size: 30, basis: 'shipped', local: { known: 0, tested: 0, coverage: null }, not_calibrated: null }
const total: Savings['total'] = {
  baseline: 20, adjustment: 4, actual: 22, saving: 2, days: 2, left_out: 1, band, no_band: null, p_saving: 0.6, guarantee: null, p_guarantee: null, outside: 0,
}
const items = [row('2026-01-01', 11, 1), row('2026-01-02', null, null), row('2026-01-03', 11, 2)]

test('the band widens with the use and ends as the band that is told', () => {
  const curve = savingCurve({ items, total }, 'Asia/Shanghai')
  expect(curve.low).toEqual([1 - 3, null, -4])
  expect(curve.high).toEqual([1 + 3, null, 8])
})

test('a bill stands where it ends', () => {
  const [bill] = items
  const curve = savingCurve({ items: [{ ...bill!, days: 31 }], total }, 'Asia/Shanghai')
  expect(curve.t).toEqual(savingCurve({ items: [row('2026-01-31', 11, 1)], total }, 'Asia/Shanghai').t)
})

test('a day that does not count is a gap, and the baseline has its adjustments', () => {
  const curve = savingCurve({ items, total: { ...total, band: null } }, 'Asia/Shanghai')
  expect(curve.cumulative).toEqual([1, null, 2])
  expect(curve.actual).toEqual([11, null, 11])
  expect(curve.baseline).toEqual([12, 12, 12])
  expect(curve.low).toEqual([null, null, null])
  expect(curve.t[1]! - curve.t[0]!).toBe(86_400)
})
