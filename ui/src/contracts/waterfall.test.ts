import { expect, test } from 'vitest'
import type { PeriodLine } from '../api/statements'
import { waterfall } from './waterfall'

const july: PeriodLine = {
  statement: 1, month: '2026-07', state: 'signed', line: 'electricity', name_zh: '', name_en: '', unit: 'kWh', baseline: '190000',
  changes: [{ name: 'weather', quantity: '19000' }, { name: 'factors', quantity: '10032' }, { name: 'server-room', quantity: '6249.6' }],
  adjusted_baseline: '225281.6', use: '199600', saving: '25681.6', low: null, high: null, status: 'measured', price: '0.7095', share: '0.95', amount: '151845.43', payment: '154340.14',
}

test('each adjustment hangs on the one before it, and the saving ends at the adjusted baseline', () => {
  const falls = waterfall(july)
  expect(falls.map(({ name }) => name)).toEqual(['baseline', 'weather', 'factors', 'server-room', 'adjusted', 'use', 'saving'])
  const ends = falls.map(({ from, length }) => (from + length) * 225281.6)
  expect(ends[1]).toBeCloseTo(209000)
  expect(ends[3]).toBeCloseTo(225281.6)
  expect(falls[6]!.from * 225281.6).toBeCloseTo(199600)
  expect(ends[6]).toBeCloseTo(225281.6)
})

test('an adjustment that takes off hangs below, and more use than the baseline is a saving below zero', () => {
  const falls = waterfall({ ...july, changes: [{ name: 'closed', quantity: '-40000' }], adjusted_baseline: '150000', use: '160000', saving: '-10000' })
  const [, closed, , , saving] = falls
  expect(closed!.from * 190000).toBeCloseTo(150000)
  expect(saving!.from * 190000).toBeCloseTo(150000)
  expect(saving!.length * 190000).toBeCloseTo(10000)
})
