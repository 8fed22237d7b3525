import { expect, test } from 'vitest'
import type { Entry } from '../api/entries'
import { mayReview, ready, unquestioned } from './review'

const row = (id: number, may: Entry['may'], odd = false) =>
  ({ id, may, queries: odd ? [{ code: 'price_differs' as const, seen: '1', beside: '2', limit: '0' }] : [] })
const rows = [row(1, ['check', 'return']), row(2, ['approve'], true), row(3, ['edit', 'return']), row(4, ['approve'])]
const ids = (found: { id: number }[]): number[] => found.map(({ id }) => id)

test('who entered an amount cannot choose it', () => {
  expect(ids(rows.filter(mayReview))).toEqual([1, 2, 4])
})

test('all at once leaves out what looks odd', () => {
  expect(ids(unquestioned(rows))).toEqual([1, 4])
})

test('of the chosen ones each goes the step that is its own', () => {
  const chosen = new Set([1, 2, 3, 9])
  expect(ids(ready(rows, chosen, 'check'))).toEqual([1])
  expect(ids(ready(rows, chosen, 'approve'))).toEqual([2])
})
