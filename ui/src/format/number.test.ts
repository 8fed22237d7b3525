import { expect, test } from 'vitest'
import { change, formatChange, formatMark, formatReading, formatShare, formatValue, MISSING, unitSymbol } from './number'

test.each([
  [0, '0'],
  [0.1234, '0.123'],
  [1.234, '1.23'],
  [38.64, '38.6'],
  [4182.6, '4,182.6'],
  [86_566.4, '86,566'],
  [-0.5, '−0.500'],
])('%d reads %s', (value, text) => {
  expect(formatValue(value, 'zh-CN')).toBe(text)
})

test.each([null, undefined, NaN, Infinity])('%s is a dash, never zero', (value) => {
  expect(formatValue(value, 'en-GB')).toBe(MISSING)
  expect(formatShare(value, 'en-GB')).toBe(MISSING)
})

test('a mark on an axis is as short as it is round', () => {
  expect([0, 0.5, 1.5, 80_000, -4].map((mark) => formatMark(mark, 'en-GB'))).toEqual(['0', '0.5', '1.5', '80,000', '−4'])
})

test('a register is shown as it was read', () => {
  expect(formatReading(184_223.5, 'zh-CN')).toBe('184,223.5')
  expect(formatReading(-0.1256, 'en-GB')).toBe('−0.126')
})

test('a share is rounded, but only all of it is 100 %', () => {
  expect(formatShare(0.9942, 'en-GB')).toBe('99.4%')
  expect(formatShare(0.99996, 'en-GB')).toBe('99.9%')
  expect(formatShare(1, 'en-GB')).toBe('100%')
  expect(formatShare(0, 'en-GB')).toBe('0%')
})

test('a change carries its sign', () => {
  expect(formatChange(change(88.2, 100) ?? 0, 'en-GB')).toBe('−11.8%')
  expect(formatChange(change(102, 100) ?? 0, 'en-GB')).toBe('+2%')
})

test('against nothing there is no change', () => {
  expect(change(5, 0)).toBeNull()
  expect(change(5, null)).toBeNull()
  expect(change(null, 5)).toBeNull()
})

test('units are written as in print, unknown ones as they come', () => {
  expect(unitSymbol('m3/h')).toBe('m³/h')
  expect(unitSymbol('kgCO2/m2')).toBe('kgCO₂/m²')
  expect(unitSymbol('degC')).toBe('°C')
  expect(unitSymbol('tce')).toBe('tce')
})
