import { expect, test } from 'vitest'
import type { SavingRow } from '../api/baselines'
import { savingMonths } from './savingMonths'

const row = (first_day: string, days: number, actual: number | null): SavingRow => ({
  first_day, days, actual, baseline: 10, adjustment: 2, saving: actual === null ? null : 12 - actual, cumulative: null,
  left_out: actual === null ? 'no_use' : null, left_out_days: 0, outside: false, estimated: false,
})

test('only days that count are in a month, on both sides, and those left out are counted', () => {
  expect(savingMonths([row('2026-02-01', 1, 11), row('2026-01-30', 1, 9), row('2026-01-31', 1, null)])).toEqual([
    { first: '2026-01-01', baseline: 12, actual: 9, saving: 3, days: 1, left: 1 },
    { first: '2026-02-01', baseline: 12, actual: 11, saving: 1, days: 1, left: 0 },
  ])
})

test('a bill stands in the month in which it ends', () => {
  expect(savingMonths([row('2026-01-16', 31, 11)]).map(({ first, days }) => [first, days])).toEqual([['2026-02-01', 31]])
})
