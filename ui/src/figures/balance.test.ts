import { expect, test } from 'vitest'
import type { Consumption, Meter, MeterRole } from '../api/types'
import { balance, uppermost, usePerMeter } from './balance'

function meter(id: number, role: MeterRole, parent: number | null): Meter {
  return {
    id, role, parent_id: parent, code: `m${id}`, organisation_id: 1, medium: 'electricity', item: '', name_zh: '',
    name_en: '', quantity: 'active_energy_import_kwh', unit: 'kWh', zone: 'Asia/Shanghai', device_id: null,
  }
}

const DAY_S = 86_400
const use = (value: number, covered = DAY_S) => ({ value, covered })
const TREE = [meter(1, 'main', null), meter(2, 'branch', 1), meter(3, 'branch', 1), meter(4, 'sub', 2)]

test('what no submeter measured is the remainder', () => {
  const { total, rows, remainder, incomplete } = balance(TREE, new Map([[1, use(100)], [2, use(60)], [3, use(25)], [4, use(20)]]))
  expect([total, remainder, incomplete]).toEqual([100, 15, 0])
  expect(rows.map(({ meter: { id }, depth, share }) => [id, depth, share])).toEqual([[2, 1, 0.6], [4, 2, 0.2], [3, 1, 0.25]])
})

test('submeters that count more than the main meter leave less than nothing', () => {
  expect(balance(TREE, new Map([[1, use(100)], [2, use(80)], [3, use(25)]])).remainder).toBe(-5)
})

test('with a silent submeter there is no remainder, and it is told', () => {
  const { remainder, incomplete } = balance(TREE, new Map([[1, use(100)], [2, use(80)]]))
  expect([remainder, incomplete]).toEqual([null, 1])
})

test('a submeter that knows half the time is told', () => {
  const uses = new Map([[1, use(100)], [2, use(30, DAY_S / 2)], [3, use(25)]])
  expect(balance(TREE, uses)).toMatchObject({ remainder: 45, incomplete: 1 })
})

test('check and virtual meters are no parts', () => {
  const tree = [meter(1, 'main', null), meter(2, 'branch', 1), meter(3, 'check', 1), meter(4, 'virtual', 1)]
  expect(balance(tree, new Map([[1, use(10)], [2, use(4)], [3, use(4)], [4, use(9)]])).rows).toHaveLength(1)
})

test('below a gateway the main meters are parts; a main meter whose parent stands elsewhere is uppermost', () => {
  expect(uppermost([meter(1, 'gateway', null), meter(2, 'main', 1)]).map(({ id }) => id)).toEqual([1])
  expect(uppermost([meter(2, 'main', 1)]).map(({ id }) => id)).toEqual([2])
})

test('without submeters there is nothing to be a remainder of', () => {
  expect(balance([meter(1, 'main', null)], new Map([[1, use(100)]]))).toMatchObject({ total: 100, remainder: null })
})

test('the intervals of a meter are summed with the time they cover', () => {
  const interval = (day: string, value: number, coverage: number): Consumption => ({
    meter_id: 1, quantity: 'active_energy_import_kwh', unit: 'kWh', start: `2026-11-${day}T00:00:00Z`,
    end: `2026-11-${Number(day) + 1}T00:00:00Z`, value, coverage, quantity_grade: 'measured', shape_grade: 'measured', flags: 0,
  })
  expect(usePerMeter([interval('20', 10, 1), interval('21', 5, 0.5)]).get(1)).toEqual({ value: 15, covered: 1.5 * DAY_S })
})
