import { expect, test } from 'vitest'
import { meanOf, temperatures } from './temperature'

const series = (t: number[], mean: (number | null)[]) => ({ unit: 'degC', step_s: 900, t, mean })

test('the spread is that of one instant, and unknown where one of both is', () => {
  const found = temperatures(series([0, 900, 1800], [60, 62, null]), series([0, 1800, 2700], [45, 44, 43]))
  expect(found).toEqual({ t: [0, 900, 1800, 2700], supply: [60, 62, null, null], back: [45, null, 44, 43], spread: [15, null, null, null] })
})

test('the mean of nothing is nothing', () => {
  expect(meanOf([null, 4, 6])).toBe(5)
  expect(meanOf([null])).toBeNull()
})
