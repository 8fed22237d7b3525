import { expect, test } from 'vitest'
import { inOrder, lastMonth } from './months'

test('the month before January is the December before it', () => {
  expect(lastMonth('2026-01-15')).toBe('2025-12')
  expect(lastMonth('2026-11-01')).toBe('2026-10')
})

test('months are taken in their order, whichever end was moved last', () => {
  expect(inOrder('2026-03', '2026-01')).toEqual(['2026-01', '2026-03'])
  expect(inOrder('2026-01', '2026-03')).toEqual(['2026-01', '2026-03'])
})
