import { expect, test } from 'vitest'
import type { PeriodCost } from '../api/placeCost'
import { costBars, periodSums } from './costBars'

function cost(first_day: string, period: PeriodCost['period'], amount: string | null, more: Partial<PeriodCost> = {}): PeriodCost {
  return { first_day, period, amount, value: '10', unmeasured: '0', unshaped: '0', basis: 'published', checked: true, ...more }
}

test('every day of the span has a bar, its periods stacked from the cheap to the dear', () => {
  const bars = costBars([cost('2026-06-02', 'peak', '9'), cost('2026-06-02', 'valley', '3')], 'day', '2026-06-01', '2026-06-04')
  expect(bars.map(({ first, total }) => [first, total])).toEqual([['2026-06-01', null], ['2026-06-02', 12], ['2026-06-03', null]])
  expect(bars[1]?.parts.map(({ period }) => period)).toEqual(['valley', 'peak'])
})

test('a month stands under its first day, also when its first cost is later', () => {
  const bars = costBars([cost('2026-05-07', 'flat', '5'), cost('2026-06-01', 'flat', '6')], 'month', '2026-05-03', '2026-06-02')
  expect(bars.map(({ first, total }) => [first, total])).toEqual([['2026-05-01', 5], ['2026-06-01', 6]])
})

test('a missing price is no price of zero', () => {
  const items = [cost('2026-06-01', 'peak', null), cost('2026-06-01', 'flat', '4')]
  expect(costBars(items, 'day', '2026-06-01', '2026-06-02')[0]).toMatchObject({ total: null, unpriced: true })
  expect(periodSums(items)).toEqual([{ period: 'peak', value: 10, amount: null }, { period: 'flat', value: 10, amount: 4 }])
})

test('a bar says that some of its use is estimated', () => {
  const [bar] = costBars([cost('2026-06-01', 'flat', '4', { unshaped: '2.5' })], 'day', '2026-06-01', '2026-06-02')
  expect(bar?.estimated).toBe(true)
})
