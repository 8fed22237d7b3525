import { expect, test } from 'vitest'
import type { Use } from '../api/placeUse'
import { monthsOf } from './months'

function month(start: string, value: number, coverage = 1): Use {
  return { start, end: start, value, quantity_grade: 'measured', shape_grade: 'measured', flags: 0, coverage }
}

test('a month stands beside that of the year before', () => {
  const found = monthsOf(2026, [month('2025-02-28T16:00:00Z', 100), month('2026-02-28T16:00:00Z', 90)], 'Asia/Shanghai')
  expect(found).toHaveLength(12)
  expect(found[2]).toMatchObject({ first: '2026-03-01', now: { value: 90 }, before: { value: 100 } })
  expect(found[2]?.change).toBeCloseTo(-0.1)
  expect(found[3]).toMatchObject({ now: null, before: null, change: null })
})

test('a month that runs still is held against nothing', () => {
  const [first] = monthsOf(2026, [month('2024-12-31T16:00:00Z', 100), month('2025-12-31T16:00:00Z', 10, 0.2)], 'Asia/Shanghai')
  expect(first).toMatchObject({ now: { value: 10 }, change: null })
})
