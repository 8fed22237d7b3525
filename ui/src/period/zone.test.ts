import { expect, test } from 'vitest'
import { addDays, addMonths, daysBetween, fromWall, isLocalDate, localDate, startOfDay, weekday } from './zone'

const epoch = (text: string): number => Date.parse(text) / 1000

test('a day in Shanghai begins at four in the afternoon UTC of the day before', () => {
  expect(startOfDay('2026-11-22', 'Asia/Shanghai')).toBe(epoch('2026-11-21T16:00:00Z'))
})

test('what a wall clock shows is an instant of its zone', () => {
  expect(fromWall('2026-11-22T06:30', 'Asia/Shanghai')).toBe(epoch('2026-11-21T22:30:00Z'))
  expect(fromWall('2026-07-01T06:30', 'Europe/London')).toBe(epoch('2026-07-01T05:30:00Z'))
})

test('the day on which British clocks go back has 25 hours, the one on which they go forward 23', () => {
  const hours = (day: string): number =>
    (startOfDay(addDays(day, 1), 'Europe/London') - startOfDay(day, 'Europe/London')) / 3600
  expect(hours('2026-10-25')).toBe(25)
  expect(hours('2026-03-29')).toBe(23)
  expect(hours('2026-06-01')).toBe(24)
})

test('an instant belongs to the local day of the zone, not of the browser', () => {
  expect(localDate(epoch('2026-12-31T16:00:00Z'), 'Asia/Shanghai')).toBe('2027-01-01')
  expect(localDate(epoch('2026-12-31T15:59:59Z'), 'Asia/Shanghai')).toBe('2026-12-31')
})

test('months are stepped over by the calendar', () => {
  expect(addMonths('2026-11-22', 2)).toBe('2027-01-01')
  expect(addMonths('2026-03-31', -1)).toBe('2026-02-01')
  expect(daysBetween('2028-02-01', '2028-03-01')).toBe(29)
})

test('Monday is day 0', () => {
  expect(weekday('2026-11-22')).toBe(6)
  expect(weekday('2026-11-23')).toBe(0)
})

test.each(['2026-02-30', '26-1-1', '', null, ['2026-01-01'], '2026-01-01T00:00'])('%j is no local date', (text) => {
  expect(isLocalDate(text)).toBe(false)
})
