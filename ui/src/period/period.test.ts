import { expect, test } from 'vitest'
import { coarsestStep, comparedPeriod, customPeriod, namedPeriod, periodSpan, readPeriod, shiftPeriod, writePeriod } from './period'

const TODAY = '2026-11-22'

test('seven days end with today', () => {
  expect(namedPeriod('7d', TODAY)).toEqual({ name: '7d', first: '2026-11-16', end: '2026-11-23' })
})

test('a month and a year are whole, their future part included', () => {
  expect(namedPeriod('month', TODAY)).toMatchObject({ first: '2026-11-01', end: '2026-12-01' })
  expect(namedPeriod('year', TODAY)).toMatchObject({ first: '2026-01-01', end: '2027-01-01' })
})

test('what is written into the address is read back', () => {
  for (const period of [namedPeriod('30d', TODAY), customPeriod('2026-08-07', '2026-08-09')]) {
    expect(readPeriod(writePeriod(period), TODAY)).toEqual(period)
  }
})

test.each([
  { from: '2026-08-09', end: '2026-08-09' },
  { from: '2026-08-09', end: '2026-08-01' },
  { from: '0001-01-01', end: '2026-08-01' },
  { period: 'custom' },
  { period: 'for ever' },
  { from: ['2026-08-01'], end: '2026-08-02' },
  {},
])('%j in the address gives the last seven days', (query) => {
  expect(readPeriod(query, TODAY)).toEqual(namedPeriod('7d', TODAY))
})

test('the month before March is the whole of February', () => {
  expect(shiftPeriod(customPeriod('2026-03-01', '2026-04-01'), -1)).toEqual(customPeriod('2026-02-01', '2026-03-01'))
})

test('other periods move by their own length', () => {
  expect(shiftPeriod(namedPeriod('7d', TODAY), -1)).toEqual(customPeriod('2026-11-09', '2026-11-16'))
  expect(shiftPeriod(customPeriod('2026-11-22', '2026-11-23'), 1)).toEqual(customPeriod('2026-11-23', '2026-11-24'))
})

test('a week is held against the week before, or against the same days a year earlier', () => {
  const week = namedPeriod('7d', TODAY)
  expect(comparedPeriod(week, 'previous')).toEqual(customPeriod('2026-11-09', '2026-11-16'))
  expect(comparedPeriod(week, 'year')).toEqual(customPeriod('2025-11-16', '2025-11-23'))
})

test('a February is held against the whole February before, leap day or not', () => {
  expect(comparedPeriod(customPeriod('2028-02-01', '2028-03-01'), 'year')).toEqual(customPeriod('2027-02-01', '2027-03-01'))
})

test('whole months are asked for as months, anything else as days', () => {
  expect(coarsestStep(namedPeriod('year', TODAY))).toBe('month')
  expect(coarsestStep(namedPeriod('30d', TODAY))).toBe('day')
})

test('the span of a day on which clocks change has its true length', () => {
  const { from, to } = periodSpan(customPeriod('2026-10-25', '2026-10-26'), 'Europe/London')
  expect(to - from).toBe(25 * 3600)
})
