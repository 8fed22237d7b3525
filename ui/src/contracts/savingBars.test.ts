import { expect, test } from 'vitest'
import type { SavingFigure } from '../api/statements'
import { savingBars } from './savingBars'

const figure: SavingFigure = {
  line: 'electricity', unit: 'kWh', adjusted_baseline: '225281.6', use: '199600', naive: '-9600', saving: '25681.6',
  quantity_effect: '18221.10', shifting_effect: '11074.80', cost_effect: '29295.90', status: 'measured',
}

test('the baseline as it was is the use and the difference that misleads', () => {
  const { bars, band } = savingBars(figure)
  expect(bars.map(({ name, value }) => [name, value])).toEqual([['unadjusted', 190_000], ['adjusted', 225_281.6], ['use', 199_600]])
  expect(bars[1]?.length).toBe(1)
  expect(band).toBeNull()
})

test('the band of the saving stands at the end of the adjusted baseline', () => {
  const { bars, band } = savingBars({ ...figure, low: '10000', high: '40000' })
  expect(bars[1]?.length).toBeCloseTo(225_281.6 / 239_600)
  expect(band?.low).toBeCloseTo(209_600 / 239_600)
  expect(band?.high).toBe(1)
})

test('nothing used and nothing expected draws nothing, and no bar is shorter than nothing', () => {
  const none = savingBars({ ...figure, adjusted_baseline: '0', use: '0', naive: '-5' })
  expect(none.bars.map(({ length }) => length)).toEqual([0, 0, 0])
})
