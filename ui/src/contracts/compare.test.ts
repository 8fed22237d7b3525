import { expect, test } from 'vitest'
import type { Line, StatementWhole } from '../api/statements'
import { compare, difference, toProvider } from './compare'

const line = (code: string, amount: string | null, side: Line['side'] = 'fee'): Line => ({
  code, amount, side, kind: 'energy', name_zh: '', name_en: '', formula: '', formula_zh: '', basis: '', basis_zh: '', steps: [], dispute: null,
})
type Payment = StatementWhole['payment']
const paid = (amount: string, payee: 'client' | 'provider' = 'provider'): Payment => ({
  amount, payee, payer: payee === 'provider' ? 'client' : 'provider', retained: '0', due_on: '2026-08-15', formula: '', formula_zh: '',
})
const totals = (amount: string) => [{ symbol: 'F', amount, formula: '', formula_zh: '' }]

test('only what differs is shown, to the cent', () => {
  const before = { lines: [line('electricity', '151845.43'), line('water', '8925.55')], totals: totals('160770.98'), payment: paid('154340.14') }
  const after = { lines: [line('electricity', '151845.42'), line('water', '8925.55')], totals: totals('160770.97'), payment: paid('154340.13') }
  expect(compare(before, after).map(({ side, code, difference: by }) => [side, code, by])).toEqual([
    ['fee', 'electricity', '-0.01'], ['total', 'F', '-0.01'], ['total', 'payment', '-0.01'],
  ])
})

test('a line that is missing on one side is missing, and no zero', () => {
  const before = { lines: [line('heat', '12.00')], totals: [], payment: null }
  const after = { lines: [line('heat', null)], totals: [], payment: null }
  expect(compare(before, after)).toEqual([{ side: 'fee', code: 'heat', before: '12.00', after: null, difference: null }])
})

test('the same code on two sides is two lines', () => {
  const before = { lines: [line('water', '1.00'), line('water', '2.00', 'bills')], totals: [], payment: null }
  const after = { lines: [line('water', '1.00'), line('water', '2.50', 'bills')], totals: [], payment: null }
  expect(compare(before, after).map(({ side }) => side)).toEqual(['bills'])
})

test('whoever is paid turns the sign', () => {
  expect(toProvider({ payment: paid('10.50', 'client') })).toBe('-10.50')
  expect(toProvider({ payment: paid('10.50') })).toBe('10.50')
  expect(difference('0.1', '0.3')).toBe('0.20')
})
