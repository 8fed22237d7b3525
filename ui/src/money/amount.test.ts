import { expect, test } from 'vitest'
import { clock, formatAmount, formatDifference, formatPrice, formatQuantity } from './amount'

test('money is shown to the cent and a missing amount is not zero', () => {
  expect(formatAmount('130541.4', 'en')).toBe('130,541.40')
  expect(formatAmount('0', 'en')).toBe('0.00')
  expect(formatAmount(null, 'en')).toBe('—')
})

test('a difference has its sign and none when there is none', () => {
  expect(formatDifference('72.00', 'en')).toBe('+72.00')
  expect(formatDifference('-67518.00', 'en')).toBe('−67,518.00')
  expect(formatDifference('0.00', 'en')).toBe('0.00')
})

test('a price keeps the digits it was announced with', () => {
  expect(formatPrice('0.66', 'en')).toBe('0.6600')
  expect(formatPrice('0.709512', 'en')).toBe('0.709512')
})

test('a quantity has no idle zeros', () => {
  expect(formatQuantity('7200.000000', 'en')).toBe('7,200')
})

test('the day ends at 24:00', () => {
  expect([0, 570, 1440].map(clock)).toEqual(['00:00', '09:30', '24:00'])
})
