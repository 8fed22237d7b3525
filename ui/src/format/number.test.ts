import { expect, test } from 'vitest'
import { change, formatChange, formatShare, formatValue, MISSING, unitSymbol } from './number'

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
  expect(unitSymbol('tce')).toBe('tce')
})
