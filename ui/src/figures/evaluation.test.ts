import { expect, test } from 'vitest'
import type { Evaluation } from '../api/evaluation'
import { toldOf } from './evaluation'

const answer: Evaluation = { now: '2026-11-23T04:00:00Z', pace: 'current', live_to: '2026-11-23T03:59:59Z', days_to: null }

test('what the server says holds while it goes on saying so, by whatever clock the browser has', () => {
  expect(toldOf(answer, 1_000, 1_030)).toBe('current')
  expect(toldOf({ ...answer, pace: 'behind' }, 1_000, 1_030)).toBe('behind')
})

test('an answer that grows old says only how it was', () => {
  expect(toldOf(answer, 1_000, 1_121)).toBe('unheard')
})

test('without any answer nothing is known', () => {
  expect(toldOf(null, 0, 1_000)).toBe('unknown')
})
