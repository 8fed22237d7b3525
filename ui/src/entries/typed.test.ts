import { expect, test } from 'vitest'
import { dialAmount, EMPTY, fieldsOf, plain, typedOf } from './typed'

test('numbers as people type them', () => {
  expect(plain('1,234.50')).toBe('1234.50')
  expect(plain('１２，３４５')).toBe('12345')
  expect(['-1', '1e5', 'abc', '', '1.2.3'].map(plain)).toEqual(['', '', '', '', ''])
})

test('a bill wants its amount and nothing else', () => {
  expect(typedOf(EMPTY)).toBeNull()
  expect(typedOf({ ...EMPTY, amount: '12' })).toEqual({ amount: '12', dial: null, cost: null, price: null, source: 'bill', note: '' })
  expect(typedOf({ ...EMPTY, amount: '12', cost: 'x' })).toBeNull()
})

test('two readings make an amount, also where the dial began again', () => {
  const dial = { ...EMPTY, source: 'dial', first: '100.5', last: '110.5', ratio: '40' } as const
  expect(dialAmount(dial)).toBe(400)
  expect(typedOf(dial)?.amount).toBeNull()
  expect(dialAmount({ ...dial, first: '99990', last: '10', ratio: '1' })).toBeNull()
  expect(dialAmount({ ...dial, first: '99990', last: '10', ratio: '1', size: '100000' })).toBe(20)
})

test('what came from the server goes back as it was', () => {
  const content = {
    amount: '400.0', cost: '12.00', price: null, source: 'dial', first_reading: '100.5', last_reading: '110.5', ratio: '40',
    register_size: null, note: 'n', version: 1, entered_by: 'a', entered_at: '2025-01-01T00:00:00Z',
  } as const
  expect(typedOf(fieldsOf(content))).toEqual({
    amount: null, dial: { first_reading: '100.5', last_reading: '110.5', ratio: '40', register_size: null },
    cost: '12.00', price: null, source: 'dial', note: 'n',
  })
})
