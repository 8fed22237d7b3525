import { expect, test } from 'vitest'
import { causes } from './causes'

const HOUR = 3_600
const curve = { t: [0, 1, 2, 3, 4].map((n) => n * HOUR), step_s: HOUR, mean: [5, 9, 7, null, 6] }
const told = (...spans: [number, number][]) => [{ id: 1, rule: 'night_load', priority: 'high' as const, spans: spans.map(([from, to]) => ({ from: from * HOUR, to: to * HOUR })) }]

test('the points are those whose interval holds an hour that speaks for the alert', () => {
  expect(causes(curve, told([0.5, 1], [1, 2], [4, 5]))).toEqual([{ id: 1, rule: 'night_load', priority: 'high', points: [0, 1, 4], at: 1 }])
})

test('a day holds its hours', () => {
  const days = { t: [0, 24 * HOUR], step_s: 24 * HOUR, mean: [5, 4] }
  expect(causes(days, told([30, 31]))[0]?.points).toEqual([1])
})

test('where nothing was measured there is no point', () => {
  expect(causes(curve, told([3, 4]))).toEqual([])
})
