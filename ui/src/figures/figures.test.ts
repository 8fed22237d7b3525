import { expect, test } from 'vitest'
import type { Collector, Device, Organisation } from '../api/types'
import { unaccounted } from './conservation'
import { dailyUse } from './dailyUse'
import { inOrder, matching } from './deviceList'
import { nameWithin, organisationPlaces, pathOf, search } from './places'

const COLLECTOR: Collector = {
  received: 100, stored: 90, merged: 1, duplicate: 2, conflicting: 1, quarantined: 3, without_reading: 3,
  as_of: null, collectors: [],
}

test('every sample is accounted for, or the difference is told', () => {
  expect(unaccounted(COLLECTOR)).toBe(0)
  expect(unaccounted({ ...COLLECTOR, stored: 88 })).toBe(2)
})

test('a day is that of the zone, and says when its amount is not measured', () => {
  const use = { start: '2026-11-20T16:00:00Z', end: '2026-11-21T16:00:00Z', value: 15, coverage: 0.5, shape_grade: 'measured', flags: 0 }
  const found = dailyUse([{ ...use, quantity_grade: 'estimated' }], 'Asia/Shanghai')
  expect([...found]).toEqual([['2026-11-21', { value: 15, coverage: 0.5, estimated: true }]])
})

function device(code: string, status: Device['status'], lastSeen: string | null): Device {
  return {
    id: 1, code, status, kind: 'electricity_meter', organisation_id: null, meter_id: null, name_zh: '总表', name_en: 'Main',
    registered_at: '2026-01-01T00:00:00Z', last_seen: lastSeen, last_received: null, profile: 'native', via_id: null, online: null,
    online_since: null, clock_offset_s: null, counts_by: null, told_as: null,
  }
}

test('pending devices come first, silent ones last', () => {
  const devices = [device('a', 'accepted', null), device('b', 'refused', null), device('c', 'accepted', '2026-11-22T00:00:00Z'), device('d', 'pending', null)]
  expect(inOrder(devices).map(({ code }) => code)).toEqual(['d', 'c', 'a', 'b'])
})

test('the list is filtered by status and by every typed word', () => {
  const devices = [device('em-1', 'accepted', null), device('em-2', 'pending', null)]
  expect(matching(devices, 'pending', '').map(({ code }) => code)).toEqual(['em-2'])
  expect(matching(devices, null, '总表 em-1').map(({ code }) => code)).toEqual(['em-1'])
})

function organisation(id: number, parent: number | null, zh: string, en: string): Organisation {
  return { id, parent_id: parent, code: `O${id}`, kind: 'institution', name_zh: zh, name_en: en, zone: null, floor_area_m2: null }
}

test('a place is found by its own words and by those of what it belongs to, in either language', () => {
  const tree = [organisation(1, null, '教育局', 'Education'), organisation(2, 1, '第一中学', 'School 1')]
  const places = organisationPlaces(tree, ({ name_zh }) => name_zh)
  expect(search(places, 'education school').map(({ id }) => id)).toEqual([2])
  expect(search(places, '中学')[0]).toMatchObject({ name: '第一中学', within: '教育局' })
})

test('a meter is named without its building where the building is known', () => {
  expect(nameWithin('行政主楼照明插座', '行政主楼')).toBe('照明插座')
  expect(nameWithin('Main hall lighting', 'Main Hall')).toBe('Lighting')
  expect(nameWithin('行政主楼', '行政主楼')).toBe('行政主楼')
  expect(nameWithin('Boiler', 'Main Hall')).toBe('Boiler')
})

test('a loop in the tree ends', () => {
  const tree = [organisation(1, 2, 'a', 'a'), organisation(2, 1, 'b', 'b')]
  const [first] = tree
  expect(first && pathOf(first, new Map(tree.map((each) => [each.id, each]))).map(({ id }) => id)).toEqual([1, 2])
})
