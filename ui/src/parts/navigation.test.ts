import { expect, test } from 'vitest'
import { GROUPS, groupOf, isWithin } from './navigation'

test('one device belongs to the devices, which are in the first group', () => {
  const [operation] = GROUPS
  expect(groupOf('device')).toBe(operation)
  expect(operation?.pages.filter((page) => isWithin(page, 'device')).map(({ to }) => to)).toEqual(['devices'])
})

test('a page of no group is in none', () => {
  expect(groupOf('unknown')).toBeNull()
})

test('no page stands in the rail twice', () => {
  const names = GROUPS.flatMap(({ pages }) => pages.flatMap(({ to, below }) => [to, ...(below ?? [])]))
  expect(new Set(names).size).toBe(names.length)
})
