import { expect, test } from 'vitest'
import { mean, percent, shadeOf } from './availability'

test('a day without figures is none, not a part of nothing', () => {
  expect([null, 0.4, 0.994, 0.995, 1].map(shadeOf)).toEqual(['none', 'part', 'part', 'whole', 'whole'])
})

test('a day in part never reads as all or nothing', () => {
  expect([0.001, 0.5, 0.994].map(percent)).toEqual(['1', '50', '99'])
})

test('a missing day counts as nothing measured', () => {
  expect(mean([1, null, 0.5, 0.5])).toBe(0.5)
  expect(mean([])).toBeNull()
})
