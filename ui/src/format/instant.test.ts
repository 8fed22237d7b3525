import { expect, test } from 'vitest'
import { timeLabel } from '../chart/axis'
import { formatAge, formatDateTime, formatDays, formatTime, formatYearMonth } from './instant'

const AT = Date.parse('2026-11-21T16:05:00Z') / 1000

test('a time is that of the institution', () => {
  expect(formatTime(AT, 'Asia/Shanghai', 'zh-CN')).toBe('00:05')
  expect(formatDateTime(AT, 'Asia/Shanghai', 'zh-CN')).toBe('2026年11月22日 00:05')
  expect(formatDateTime(AT, 'Europe/London', 'en-GB')).toBe('21 Nov 2026, 16:05')
})

test('a span of days names the year once where one is enough', () => {
  expect(formatDays('2026-11-16', '2026-11-22', 'zh-CN')).toBe('2026年11月16日–11月22日')
  expect(formatDays('2026-11-16', '2026-11-22', 'en-GB')).toBe('16 Nov – 22 Nov 2026')
  expect(formatDays('2025-12-30', '2026-01-02', 'zh-CN')).toBe('2025年12月30日–2026年1月2日')
  expect(formatDays('2026-11-22', '2026-11-22', 'en-GB')).toBe('22 Nov 2026')
})

test.each([
  [12, '12秒前'],
  [200, '3分钟前'],
  [7_300, '2小时前'],
  [260_000, '3天前'],
  [-30, '0秒前'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatAge(seconds, 'zh-CN')).toBe(text)
})

test('the time axis tells as much date as its step leaves open', () => {
  const midnight = Date.parse('2026-11-21T16:00:00Z') / 1000
  const newYear = Date.parse('2025-12-31T16:00:00Z') / 1000
  expect(timeLabel(midnight, 3_600, 'Asia/Shanghai', 'zh-CN')).toBe('11月22日')
  expect(timeLabel(midnight + 3_600, 3_600, 'Asia/Shanghai', 'zh-CN')).toBe('01:00')
  expect(timeLabel(midnight, 30 * 86_400, 'Asia/Shanghai', 'zh-CN')).toBe('11月')
  expect(timeLabel(newYear, 30 * 86_400, 'Asia/Shanghai', 'en-GB')).toBe('2026')
})

test('a month of a year stands as each language writes it', () => {
  expect(formatYearMonth('2026-10-01', 'zh-CN')).toBe('2026年10月')
  expect(formatYearMonth('2026-10', 'en-GB')).toBe('Oct 2026')
})
