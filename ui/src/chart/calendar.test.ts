import { expect, test } from 'vitest'
import { layOut, levelOf, LEVELS, neighbour, scaleOf } from './calendar'

test('a year begins in the first column and has 53 of them', () => {
  const { days, columns, months } = layOut('2026-01-01', '2027-01-01')
  expect(days).toHaveLength(365)
  expect(days[0]).toEqual({ date: '2026-01-01', column: 0, row: 3 })
  expect(days[4]).toEqual({ date: '2026-01-05', column: 1, row: 0 })
  expect(columns).toBe(53)
  expect(months.map(({ first }) => first).at(-1)).toBe('2026-12-01')
})

test('a month is named above the first column that belongs to it alone', () => {
  const { months, days } = layOut('2026-01-01', '2027-01-01')
  const june = months[5]
  expect(june).toEqual({ first: '2026-06-01', column: 22 })
  expect(days.find(({ date }) => date === '2026-06-01')).toMatchObject({ column: 22, row: 0 })
})

test('a leap year has its day', () => {
  expect(layOut('2028-01-01', '2029-01-01').days.map(({ date }) => date)).toContain('2028-02-29')
})

test('arrows walk days and weeks and stop at the border', () => {
  const walk = (date: string, key: string): string => neighbour(date, key, '2026-01-01', '2027-01-01')
  expect(walk('2026-05-05', 'ArrowRight')).toBe('2026-05-12')
  expect(walk('2026-05-05', 'ArrowUp')).toBe('2026-05-04')
  expect(walk('2026-01-03', 'ArrowLeft')).toBe('2026-01-03')
  expect(walk('2026-05-05', 'End')).toBe('2026-12-31')
  expect(walk('2026-05-05', 'x')).toBe('2026-05-05')
})

test('the shades run from the lowest to the highest day', () => {
  const scale = scaleOf([100, 150, 200])
  expect(scale).toEqual({ low: 100, high: 200, clipped: false })
  if (!scale) return
  expect([100, 150, 200].map((value) => levelOf(value, scale))).toEqual([0, 3, LEVELS - 1])
})

test('one faulty day does not bleach the year', () => {
  const usual = Array.from({ length: 200 }, (_, index) => 100 + (index % 50))
  const scale = scaleOf([...usual, 5_000])
  expect(scale).toEqual({ low: 100, high: 149, clipped: true })
  expect(scale && levelOf(5_000, scale)).toBe(LEVELS - 1)
})

test('no days have no scale, equal days one shade', () => {
  expect(scaleOf([])).toBeNull()
  expect(levelOf(7, { low: 7, high: 7, clipped: false })).toBe(3)
})
