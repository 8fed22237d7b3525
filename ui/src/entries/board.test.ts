import { expect, test } from 'vitest'
import type { BoardRow, Cell, CellState } from '../api/entries'
import { cellsOf, isOwed, tally, unitOf, worst } from './board'

const cell = (state: CellState, late_days = 0, counts = state === 'approved' || state === 'metered'): Cell =>
  ({ state, entry_id: null, counts, late_days })

test('a month of several kinds shows the one that needs somebody first', () => {
  expect(worst([cell('approved'), cell('submitted'), cell('metered')])?.state).toBe('submitted')
  expect(worst([cell('missing'), cell('draft', 3)])?.late_days).toBe(3)
  expect(worst([])).toBeNull()
})

test('a correction of an approved amount is not owed', () => {
  expect(isOwed(cell('draft', 0, true))).toBe(false)
  expect(isOwed(cell('returned'))).toBe(true)
})

test('what was handed in late is late no more', () => {
  expect(tally([cell('submitted', 4), cell('missing', 9), cell('missing'), cell('metered')])).toEqual({
    wanted: 4, owed: 2, late: 1, review: 1, there: 1,
  })
})

test('cells of a month, of one kind or of all', () => {
  const row = { cells: { water_m3: [cell('missing'), null], heat_gj: [null, cell('draft')] } } as unknown as BoardRow
  expect(cellsOf(row, 0, null).map(({ state }) => state)).toEqual(['missing'])
  expect(cellsOf(row, 1, 'heat_gj').map(({ state }) => state)).toEqual(['draft'])
  expect(cellsOf(row, 1, 'water_m3')).toEqual([])
})

test('units as people write them', () => {
  expect([unitOf('water_m3'), unitOf('pv_self_used_kwh'), unitOf('other_tce')]).toEqual(['m³', 'kWh', 'tce'])
})
