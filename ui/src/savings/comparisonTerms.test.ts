import { expect, test } from 'vitest'
import { daysOn, numbersOf, sent, type Filled } from './comparisonTerms'

const filled: Filled = {
  method: 'whole', step: 'daily', first: '2025-01-01', last: '2025-12-31', from: '2026-02-01', until: '2026-03-01', turn: 7,
  beside: null, before: '', after: '', hours: '', why: '',
}

test('a test is off first, then on, in turn, and ends with its last day', () => {
  expect(daysOn('2026-01-01', '2026-01-13', 4)).toEqual([['2026-01-05', '2026-01-09']])
  expect(daysOn('2026-01-01', '2026-01-15', 4)).toEqual([['2026-01-05', '2026-01-09'], ['2026-01-13', '2026-01-15']])
  expect(daysOn('2026-01-01', '2026-01-15', 0)).toEqual([])
})

test('numbers are told apart by lines, commas and spaces, and one that is none is refused', () => {
  expect(numbersOf('0.058, 0.057\n0.06，0.059')).toEqual([0.058, 0.057, 0.06, 0.059])
  expect(numbersOf('0.058 x')).toBeNull()
  expect(numbersOf(' ')).toBeNull()
})

test('a model reports from a day after its training, without end', () => {
  expect(sent(filled)).toMatchObject({ method: 'whole', end_day: '2026-01-01', reporting_from: '2026-02-01', reporting_end: null })
  expect(sent({ ...filled, from: '2025-12-31' })).toBeNull()
  expect(sent({ ...filled, step: 'monthly' })).toMatchObject({ step: 'monthly' })
  expect(sent({ ...filled, step: 'monthly', method: 'on_off' })).toMatchObject({ step: 'daily' })
})

test('an alternating test reports on its own days', () => {
  const found = sent({ ...filled, method: 'on_off', first: '2026-01-01', last: '2026-02-28' })
  expect(found).toMatchObject({ reporting_from: '2026-01-01', reporting_end: '2026-03-01' })
})

test('what stands beside, and what was measured and stipulated, is wanted whole', () => {
  expect(sent({ ...filled, method: 'side_by_side' })).toBeNull()
  expect(sent({ ...filled, method: 'side_by_side', beside: 7 })?.terms).toEqual({ meter: 7 })
  const sample = { ...filled, method: 'key_parameter' as const, before: '1 2 3', after: '0.5 1 1.5', hours: '2600', why: 'agreed' }
  expect(sent(sample)?.terms).toEqual({ before: [1, 2, 3], after: [0.5, 1, 1.5], stipulated_h: 2600, stipulated_why: 'agreed' })
  expect(sent({ ...sample, why: '' })).toBeNull()
})
