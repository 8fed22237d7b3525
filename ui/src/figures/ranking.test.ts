import { expect, test } from 'vitest'
import type { InstitutionYear } from '../api/portfolio'
import { classesOf, fromMedian, gridFactors, inOrderOf, lanes, leastCoverage, quotasOf } from './ranking'

function institution(code: string, value: number | null, more: Partial<InstitutionYear> = {}): InstitutionYear {
  const indicators = [{ name: 'energy_per_area', unit: 'kgce/m2', value, why: null, rank: null, quotas: [], comparisons: [] }]
  return { code, indicators, carriers: [], grid: null, alerts: { urgent: 0, high: 0, low: 0 }, ...more } as unknown as InstitutionYear
}

const grid = (region: string, wanted: string) =>
  ({ factor: { region, year: 2023 }, wanted_region: wanted }) as unknown as NonNullable<InstitutionYear['grid']>

test('the least use comes first, equals by code, who has no value last', () => {
  const order = inOrderOf(
    [institution('d', null), institution('c', 9), institution('b', 20), institution('a', 20)],
    'energy_per_area',
  )
  expect(order.map(({ code }) => code)).toEqual(['c', 'a', 'b', 'd'])
})

test('the coverage of an institution is that of its least measured carrier', () => {
  const carriers = [{ coverage: 1 }, { coverage: 0.4 }, { coverage: null }] as InstitutionYear['carriers']
  expect(leastCoverage(institution('a', 1, { carriers }))).toBe(0.4)
  expect(leastCoverage(institution('a', 1))).toBeNull()
})

test('each grid factor is told once, and what it stands for', () => {
  const own = grid('CN-TJ', 'CN-TJ')
  const found = gridFactors([
    institution('a', 1, { grid: own }),
    institution('b', 1, { grid: own }),
    institution('c', 1, { grid: grid('CN', 'CN-XZ') }),
    institution('d', 1),
  ])
  expect(found.map(({ n }) => n)).toEqual([2, 1])
})

/** With a quota, and a place among five. */
function judged(code: string, value: number, median: number | null, band: string | null = 'within_base') {
  const quota = { code: 'q', constraint: 50, base: 40, guide: 30, band, checked: false }
  const rank = { position: 1, n: 5, better_than: 1, median }
  const indicators = [
    { name: 'energy_per_area', unit: 'kgce/m2', value: value / 10, why: null, rank, quotas: [], comparisons: [] },
    { name: 'electricity_per_area', unit: 'kWh/m2', value, why: null, rank, quotas: [quota], comparisons: [] },
  ]
  return institution(code, null, { indicators } as unknown as Partial<InstitutionYear>)
}

test('an indicator without a quota of its own is shown that of another, and none is judged before its year is over', () => {
  expect(quotasOf(judged('a', 40, 20), 'electricity_per_area')?.judged.map(({ share }) => share)).toEqual([0.8])
  expect(quotasOf(judged('a', 40, 20), 'energy_per_area')?.indicator.name).toBe('electricity_per_area')
  expect(quotasOf(judged('a', 40, 20, null), 'electricity_per_area')?.judged[0]?.share).toBeNull()
  expect(quotasOf(institution('a', 1), 'energy_per_area')).toBeNull()
})

test('each column orders, either way, and who has no value stays last', () => {
  const rows = [
    judged('a', 45, 30),
    institution('b', null, { alerts: { urgent: 1, high: 0, low: 0 } }),
    { ...judged('c', 15, 30), alerts: { urgent: 0, high: 7, low: 9 } },
  ]
  const codes = (column: 'quota' | 'median' | 'alerts' | 'institution', falling = false): string =>
    inOrderOf(rows, 'electricity_per_area', column, falling).map(({ code }) => code).join('')
  expect(codes('quota')).toBe('cab')
  expect(codes('quota', true)).toBe('acb')
  expect(codes('median', true)).toBe('acb')
  expect(codes('alerts', true)).toBe('bca')
  expect(codes('institution', true)).toBe('cba')
  expect(fromMedian(judged('a', 45, 30), 'electricity_per_area')).toBe(0.5)
  expect(fromMedian(judged('a', 45, null), 'electricity_per_area')).toBeNull()
})

test('a class holds who has a value, and its median', () => {
  const office = { use: 'office', climate_zone: 'cold' } as Partial<InstitutionYear>
  const found = classesOf([institution('x', null, office), institution('y', 3, { use: 'health' } as Partial<InstitutionYear>), { ...judged('a', 40, 30), ...office }, { ...judged('b', 20, 30), ...office }] as InstitutionYear[], 'energy_per_area')
  expect(found.map(({ use, members, median }) => [use, members.length, median])).toEqual([['office', 2, 30], ['health', 1, null]])
})

test('dots that would cover each other stand in lanes, in as many as there are', () => {
  expect(lanes([0, 3, 5, 7, 20], 10, 3)).toEqual([0, 1, 2, 0, 0])
})
