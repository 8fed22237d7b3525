import { expect, test } from 'vitest'
import type { Series } from '../api/types'
import { alignedMeans, gaps, summarise } from './curve'

function series(values: (number | null)[], change: Partial<Series> = {}): Series {
  return {
    meter_id: 1, quantity: 'active_energy_import_kwh', unit: 'kW', zone: 'Asia/Shanghai', tier: 'native', step_s: 900,
    t: values.map((_, index) => index * 900), mean: values, min: null, max: null, flagged: values.map(() => false), flags: values.map(() => 0), ...change,
  }
}

const LATER = 1_000_000

test('the summary tells the extremes of the band and when the highest was', () => {
  const curve = series([4, null, 8], { tier: 'day', min: [1, null, 5], max: [9, null, 12] })
  expect(summarise(curve)).toEqual({ lowest: 1, highest: 12, highestAt: 1800, mean: 6, measured: 2, flagged: 0 })
})

test('a curve of nothing but gaps has no summary', () => {
  const curve = series([null, null])
  expect(summarise(curve)).toBeNull()
})

test('an earlier curve is laid under this one, where it has values', () => {
  const now = series([1, 2, 3], { t: [9000, 9900, 10_800] })
  const before = series([7, 8])
  expect(alignedMeans(now, before, 9000)).toEqual([7, 8, null])
})

test('hours are not laid under quarter hours', () => {
  const now = series([1])
  const before = series([1], { step_s: 3600 })
  expect(alignedMeans(now, before, 0)).toBeNull()
})

test('gaps are found inside and at both ends', () => {
  const curve = series([1, null, null, 4])
  expect(gaps(curve, { from: -1800, to: 7200 }, LATER)).toEqual([
    { from: -1800, to: 0 },
    { from: 900, to: 2700 },
    { from: 3600, to: 7200 },
  ])
})

test('what is still to come, or only just over, is not missing', () => {
  const curve = series([1, 2, 3, 4])
  expect(gaps(curve, { from: 0, to: 86_400 }, 3600)).toEqual([])
  expect(gaps(curve, { from: 0, to: 86_400 }, 3600 + 3600)).toEqual([])
})
