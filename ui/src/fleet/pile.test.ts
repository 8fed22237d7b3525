import { expect, test } from 'vitest'
import { matchedShare, metering } from './pile'

test('a pile says which share of its energy went to known cars', () => {
  expect(matchedShare({ metered_kwh: 100, matched_kwh: 60, unseen_kwh: 20 })).toBe(0.8)
  expect(matchedShare({ metered_kwh: 10, matched_kwh: 12, unseen_kwh: 0 })).toBe(1)
  expect(matchedShare({ metered_kwh: 0, matched_kwh: 0, unseen_kwh: 0 })).toBeNull()
  expect(matchedShare({ metered_kwh: null, matched_kwh: 24, unseen_kwh: 0 })).toBeNull()
})

test('a pile says of how many of the hours its meter tells', () => {
  expect(metering({ covered_s: 36_000 }, 72_000)).toEqual({ known: 10, over: 20, part: true })
  expect(metering({ covered_s: 72_900 }, 72_000)).toEqual({ known: 20, over: 20, part: false })
  expect(metering({ covered_s: 0 }, 0).part).toBe(false)
})
