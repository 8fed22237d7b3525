import { expect, test } from 'vitest'
import { chosen, panned, zoomed } from './window'

const WHOLE = { from: 0, to: 100_000 }

test('panning stops at the ends of the period', () => {
  expect(panned({ from: 10_000, to: 30_000 }, WHOLE, 0.5)).toEqual({ from: 20_000, to: 40_000 })
  expect(panned({ from: 10_000, to: 30_000 }, WHOLE, -1)).toEqual({ from: 0, to: 20_000 })
  expect(panned({ from: 70_000, to: 90_000 }, WHOLE, 1)).toEqual({ from: 80_000, to: 100_000 })
})

test('zooming goes around the middle, down to an hour and back to the whole', () => {
  expect(zoomed(WHOLE, WHOLE, 0.5)).toEqual({ from: 25_000, to: 75_000 })
  expect(zoomed({ from: 50_000, to: 53_600 }, WHOLE, 0.5)).toEqual({ from: 50_000, to: 53_600 })
  expect(zoomed({ from: 10_000, to: 90_000 }, WHOLE, 2)).toBeNull()
})

test('a stretch drawn over the edge is cut, a mere twitch is ignored', () => {
  expect(chosen({ from: -500, to: 5_000.4 }, WHOLE)).toEqual({ from: 0, to: 5_000 })
  expect(chosen({ from: 100, to: 200 }, WHOLE)).toBeNull()
})
