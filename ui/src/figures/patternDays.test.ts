import { expect, test } from 'vitest'
import { customPeriod, namedPeriod } from '../period/period'
import { patternDays } from './patternDays'

test('of one day the four weeks until then are taken', () => {
  expect(patternDays(customPeriod('2026-06-10', '2026-06-11'), '2026-11-22')).toEqual({ first: '2026-05-14', end: '2026-06-11' })
})

test('days to come are not asked for', () => {
  expect(patternDays(namedPeriod('year', '2026-11-22'), '2026-11-22')).toEqual({ first: '2026-01-01', end: '2026-11-23' })
})

test('of many years the last one is taken', () => {
  expect(patternDays(customPeriod('2020-01-01', '2026-01-01'), '2026-11-22')).toEqual({ first: '2024-12-31', end: '2026-01-01' })
})
