import { expect, test } from 'vitest'
import type { InstitutionYear } from '../api/portfolio'
import { gridFactors, inOrderOf, leastCoverage } from './ranking'

function institution(code: string, value: number | null, more: Partial<InstitutionYear> = {}): InstitutionYear {
  const indicators = [{ name: 'energy_per_area', unit: 'kgce/m2', value, why: null, rank: null, quotas: [], comparisons: [] }]
  return { code, indicators, carriers: [], grid: null, ...more } as unknown as InstitutionYear
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
