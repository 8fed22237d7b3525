import { expect, test } from 'vitest'
import { ticks, ticksBetween } from './ticks'

test.each([
  [7, [0, 2, 4, 6, 8]],
  [100, [0, 25, 50, 75, 100]],
  [0.03, [0, 0.01, 0.02, 0.03]],
  [0, [0, 1]],
])('marks up to %d are round', (max, wanted) => {
  expect(ticks(max)).toEqual(wanted)
})

test('marks between enclose what is shown, below zero too', () => {
  expect(ticksBetween(41, 68)).toEqual([40, 50, 60, 70])
  expect(ticksBetween(-3, 4)).toEqual([-4, -2, 0, 2, 4])
  expect(ticksBetween(5, 5).length).toBeGreaterThan(1)
})
