import { expect, test } from 'vitest'
import { formatMeasure } from './measure'

test('weather that is a year old is told in days', () => {
  expect(formatMeasure(8594.213, 'h', 'zh-CN')).toBe('358天')
  expect(formatMeasure(8594.213, 'h', 'en-GB')).toBe('358 days')
  expect(formatMeasure(3, 'h', 'zh-CN')).toBe('3 h')
})

test('an amount has four digits, and no more than are whole', () => {
  expect(formatMeasure(1816.348, 'kWh', 'zh-CN')).toBe('1,816 kWh')
  expect(formatMeasure(2.945005, 'kWh', 'zh-CN')).toBe('2.945 kWh')
  expect(formatMeasure(0.408095, 'kWh', 'zh-CN')).toBe('0.408 kWh')
  expect(formatMeasure(12_345.6, 'm3', 'zh-CN')).toBe('12,346 m³')
  expect(formatMeasure(-0.25, 'm3/h', 'zh-CN')).toBe('−0.25 m³/h')
})

test('a share has no unit', () => {
  expect(formatMeasure(0.97, '1', 'zh-CN')).toBe('0.97')
  expect(formatMeasure(4, null, 'zh-CN')).toBe('4')
})
