import { expect, test } from 'vitest'
import type { PlaceWater } from '../api/water'
import { unmetered, waterRows } from './waterRows'

const night = { usual: null, slope: null, last_day: null, last: null, whole: 0, nights: 0 }
const meter = (id: number) => ({ id, code: `m${id}`, name_zh: '', name_en: '', use: null, known_s: 0, night })
const place = (id: number, kind: string, meters: number[], rests: PlaceWater['rests'] = []): PlaceWater => ({
  id, kind, code: `p${id}`, name_zh: '', name_en: '', use: null, covered: 0, mean_flow: null, night_share: null, night, rests, meters: meters.map(meter),
})
const rest = { of: [1], unmetered: 5, unmetered_share: 0.1, over_counted: false, compared_use: 50, compared_s: 1, undetermined: 0, undetermined_s: 0, silent: [] }

test('a meter stands once, with the building it hangs in', () => {
  const rows = waterRows([place(1, 'institution', [7, 8, 9]), place(2, 'building', [7, 8])])
  expect(rows.map(({ key }) => key)).toEqual(['p1', 'm9', 'p2', 'm7', 'm8'])
})

test('without submeters nothing is said of an unmetered part', () => {
  expect(unmetered(place(1, 'building', [1]))).toBeNull()
  expect(unmetered(place(1, 'building', [1, 2], [{ ...rest, unmetered: null, unmetered_share: null }]))).toBeNull()
  expect(unmetered(place(1, 'building', [1, 2], [rest]))).toEqual({ amount: 5, share: 0.1 })
})
