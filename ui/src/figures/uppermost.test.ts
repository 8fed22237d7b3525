import { expect, test } from 'vitest'
import type { Meter, MeterRole } from '../api/types'
import { uppermost } from './uppermost'

function meter(id: number, role: MeterRole, parent: number | null): Meter {
  return {
    id, role, parent_id: parent, code: `m${id}`, organisation_id: 1, medium: 'electricity', item: '', name_zh: '',
    name_en: '', quantity: 'active_energy_import_kwh', unit: 'kWh', zone: 'Asia/Shanghai', device_id: null,
  }
}

test('below a gateway the main meters are parts; a main meter whose parent stands elsewhere is uppermost', () => {
  expect(uppermost([meter(1, 'gateway', null), meter(2, 'main', 1)]).map(({ id }) => id)).toEqual([1])
  expect(uppermost([meter(2, 'main', 1)]).map(({ id }) => id)).toEqual([2])
})

test('check, virtual and branch meters are no total', () => {
  expect(uppermost([meter(1, 'check', null), meter(2, 'virtual', null), meter(3, 'branch', null)])).toEqual([])
})
