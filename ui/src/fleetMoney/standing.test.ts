import { expect, test } from 'vitest'
import { standingOf } from './standing'

const WHOLE = { running: false, vehicles: 4, vehicles_unseen: 0 }

test('whole figures of all vehicles need no word', () => {
  expect(standingOf(WHOLE, { held_days: '124.0', told_days: '123.9', waiting: 0 })).toEqual([])
  expect(standingOf(WHOLE, { held_days: '0.0', told_days: '0.0', waiting: 0 })).toEqual([])
})

test('a month that runs, is cut, is told in part or leaves vehicles out says so', () => {
  const found = standingOf({ running: true, vehicles: 4, vehicles_unseen: 1 }, { held_days: '100.0', told_days: '40.0', waiting: 2 })
  expect(found.map(({ word, warning }) => [word, warning])).toEqual([['running', false], ['told', true], ['waiting', true], ['unseen', false]])
  expect(found[3]).toMatchObject({ n: 1, all: 5 })
})
