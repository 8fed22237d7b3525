import { expect, test } from 'vitest'
import { formatMonths, monthsOf } from './wholeMonths'

test('the last month is in it, also at the turn of a year, and without one there is no end', () => {
  expect(monthsOf('2026-03', '2026-12')).toEqual({ first_month: '2026-03-01', end_month: '2027-01-01' })
  expect(monthsOf('2026-02', '2026-02')).toEqual({ first_month: '2026-02-01', end_month: '2026-03-01' })
  expect(monthsOf('2026-03', '')).toEqual({ first_month: '2026-03-01', end_month: null })
})

test('what was entered reads as it was entered', () => {
  expect(formatMonths(monthsOf('2026-03', '2026-12'), 'no end', 'zh-CN')).toBe('2026 3月 – 2026 12月')
  expect(formatMonths(monthsOf('2026-03', ''), '无终止日', 'zh-CN')).toBe('2026 3月 – 无终止日')
})
