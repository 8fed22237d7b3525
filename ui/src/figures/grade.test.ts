import { expect, test } from 'vitest'
import { flagNames, isEstimated } from './grade'

test('flags are told by name, in the order of their bits', () => {
  expect(flagNames(4096 + 16)).toEqual(['jitter', 'gap'])
  expect(flagNames(65536)).toEqual(['error'])
  expect(flagNames(0)).toEqual([])
})

test('what was computed from measured figures is not estimated, what a rule split is', () => {
  expect(['measured', 'derived', 'allocated', 'manual', 'estimated'].map(isEstimated)).toEqual([false, false, true, true, true])
})
