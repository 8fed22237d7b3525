import { expect, test } from 'vitest'
import { adjustmentRows, formatRate } from './adjustment'

const OFFICE = {
  standard: '0.85',
  reduction: [{ until: '0.90', percent: '0.10' }, { until: '0.94', percent: '0.15' }],
  surcharge: [{ until: '0.65', percent: '0.5' }, { until: '0.60', percent: '1.0' }, { until: '0.00', percent: '2.0' }],
}

test('a table reads from the best power factor to the worst, with what it comes to at the end of each step', () => {
  const shown = adjustmentRows(OFFICE).map((row) => [row.from, row.until, formatRate(row.each, 'en'), formatRate(row.inAll, 'en')])
  expect(shown).toEqual([
    ['0.90', '0.94', '−0.15 %', '−1.10 %'],
    ['0.85', '0.90', '−0.10 %', '−0.50 %'],
    ['0.85', '0.65', '+0.50 %', '+10.00 %'],
    ['0.65', '0.60', '+1.00 %', '+15.00 %'],
    ['0.60', '0.00', '+2.00 %', '+135.00 %'],
  ])
})
