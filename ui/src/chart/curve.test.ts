import { expect, test } from 'vitest'
import type { Series } from '../api/types'
import { alignedMeans, gaps, sumCurve, summarise } from './curve'

function series(values: (number | null)[], change: Partial<Series> = {}): Series {
  return {
    meter_id: 1, quantity: 'active_energy_import_kwh', unit: 'kW', zone: 'Asia/Shanghai', tier: 'native', step_s: 900,
    t: values.map((_, index) => index * 900), mean: values, min: null, max: null, flagged: values.map(() => false), ...change,
  }
}

const LATER = 1_000_000

test('one meter keeps its band', () => {
  expect(sumCurve([series([1, 2], { min: [0, 1], max: [3, 4] })])).toMatchObject({ mean: [1, 2], min: [0, 1], max: [3, 4] })
})

test('where one of two meters is missing, the sum is missing', () => {
  const late = series([10, 20], { t: [900, 1800], flagged: [true, false] })
  const curve = sumCurve([series([1, 2, null]), late])
  expect(curve).toMatchObject({ t: [0, 900, 1800], mean: [null, 12, null], flagged: [false, true, false], min: null })
})

test('no meter, no curve', () => {
  expect(sumCurve([])).toBeNull()
})

test('the summary tells the extremes of the band and when the highest was', () => {
  const curve = sumCurve([series([4, null, 8], { tier: 'day', min: [1, null, 5], max: [9, null, 12] })])
  expect(curve && summarise(curve)).toEqual({ lowest: 1, highest: 12, highestAt: 1800, mean: 6, measured: 2, flagged: 0 })
})

test('a curve of nothing but gaps has no summary', () => {
  const curve = sumCurve([series([null, null])])
  expect(curve && summarise(curve)).toBeNull()
})

test('an earlier curve is laid under this one, where it has values', () => {
  const now = sumCurve([series([1, 2, 3], { t: [9000, 9900, 10_800] })])
  const before = sumCurve([series([7, 8])])
  expect(now && before && alignedMeans(now, before, 9000)).toEqual([7, 8, null])
})

test('hours are not laid under quarter hours', () => {
  const now = sumCurve([series([1])])
  const before = sumCurve([series([1], { step_s: 3600 })])
  expect(now && before && alignedMeans(now, before, 0)).toBeNull()
})

test('gaps are found inside and at both ends', () => {
  const curve = sumCurve([series([1, null, null, 4])])
  expect(curve && gaps(curve, { from: -1800, to: 7200 }, LATER)).toEqual([
    { from: -1800, to: 0 },
    { from: 900, to: 2700 },
    { from: 3600, to: 7200 },
  ])
})

test('what is still to come, or only just over, is not missing', () => {
  const curve = sumCurve([series([1, 2, 3, 4])])
  expect(curve && gaps(curve, { from: 0, to: 86_400 }, 3600)).toEqual([])
  expect(curve && gaps(curve, { from: 0, to: 86_400 }, 3600 + 3600)).toEqual([])
})
