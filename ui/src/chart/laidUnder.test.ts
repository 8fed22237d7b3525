import { expect, test } from 'vitest'
import { laidUnder } from './laidUnder'

const baseline = { baseline_id: 1, version: 1, unit: 'kW', t: [100, 200], end: [200, 300], mean: [40, null], low: [30, null], high: [50, null], within: 0.9 }

test('points take the day in which they begin, and none before or after', () => {
  const basis = laidUnder({ unit: 'kW', t: [90, 100, 150, 200, 300] }, baseline)
  expect(basis).toEqual({ mean: [null, 40, 40, null, null], low: [null, 30, 30, null, null], high: [null, 50, 50, null, null] })
})

test('another unit is not comparable', () => {
  expect(laidUnder({ unit: 'm3/h', t: [100] }, baseline)).toBeNull()
})
