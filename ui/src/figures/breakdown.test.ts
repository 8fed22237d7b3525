import { expect, test } from 'vitest'
import type { Balance, BalancePart, BalanceRest } from '../api/tree'
import { flow, lines, silentMeters } from './breakdown'

const part = (meter_id: number, above: number[], use: number | null): BalancePart => ({ meter_id, above, use, known_s: 3600 })
const rest = (of: number[], change: Partial<BalanceRest>): BalanceRest => ({
  of, unmetered: null, unmetered_share: null, over_counted: false, compared_use: 0, compared_s: 0, undetermined: 0, undetermined_s: 0,
  silent: [], ...change,
})
const balance = (total: number | null, parts: BalancePart[], rests: BalanceRest[]): Balance => ({
  medium: 'electricity', unit: 'kWh', zone: 'Asia/Shanghai', first_day: '2026-11-01', end_day: '2026-11-02', total, total_s: 3600,
  bought: null, generated: null, fed_in: null,
  parts, rests, beside: [],
  meters: [1, 2, 3, 4].map((id) => ({ id, code: `m${id}`, name_zh: '', name_en: '', item: '' })),
})

const ALL = { most: 100, depth: 9, root: null }

const TREE = balance(100, [part(1, [], 100), part(2, [1], 60), part(4, [2], 20), part(3, [1], 25)], [
  rest([1], { unmetered: 15 }), rest([2], { unmetered: 40 }),
])

test('every meter is followed by its parts and by what they leave over', () => {
  expect(lines(TREE).map(({ meter, kind, depth, use, share }) => [meter?.id ?? kind, depth, use, share])).toEqual([
    [1, 0, 100, 1], [2, 1, 60, 0.6], [4, 2, 20, 0.2], ['unmetered', 2, 40, 0.4], [3, 1, 25, 0.25], ['unmetered', 1, 15, 0.15],
  ])
})

test('all that flows into a meter flows out of it again', () => {
  const { nodes, links } = flow(TREE, ALL)
  for (const { key, use } of nodes.filter(({ key }) => links.some(({ from }) => from === key))) {
    expect(links.filter(({ from }) => from === key).reduce((sum, link) => sum + link.use, 0)).toBe(use)
  }
  expect(nodes.filter(({ kind }) => kind === 'unmetered').map(({ use }) => use)).toEqual([40, 15])
})

test('what a silent part may have counted is no unmetered use', () => {
  const found = balance(100, [part(1, [], 100), part(2, [1], 30)], [rest([1], { unmetered: 10, undetermined: 60, undetermined_s: 1800, silent: [2] })])
  expect(lines(found).map(({ kind, use }) => [kind, use])).toEqual([['meter', 100], ['meter', 30], ['unmetered', 10], ['undetermined', 60]])
  expect(silentMeters(found).map(({ id }) => id)).toEqual([2])
})

test('over-counted is told as a line and is no stream', () => {
  const found = balance(100, [part(1, [], 100), part(2, [1], 110)], [rest([1], { unmetered: -10, over_counted: true })])
  expect(lines(found).at(-1)).toMatchObject({ kind: 'over', use: -10, share: -0.1 })
  expect(flow(found, ALL).links).toHaveLength(1)
})

test('parts of several main meters together hang below all of them', () => {
  const found = balance(100, [part(1, [], 60), part(2, [], 40), part(3, [1, 2], 70)], [rest([1, 2], { unmetered: 30 })])
  const { nodes, links } = flow(found, ALL)
  expect(nodes.find(({ kind }) => kind === 'together')?.use).toBe(100)
  expect(links.map(({ use }) => use).sort((a, b) => a - b)).toEqual([30, 40, 60, 70])
})

test('a meter that changed places with the one above it makes no circle', () => {
  const found = balance(100, [part(1, [], 50), part(2, [], 50), part(2, [1], 20), part(1, [2], 30)], [rest([1], { unmetered: 30 }), rest([2], { unmetered: 20 })])
  expect(lines(found).filter(({ kind }) => kind === 'meter')).toHaveLength(4)
  const froms = new Set(flow(found, ALL).links.map(({ from, to }) => `${to}${from}`))
  expect(flow(found, ALL).links.some(({ from, to }) => froms.has(`${from}${to}`))).toBe(false)
})

const HALL = balance(100, [part(1, [], 100), ...[30, 1, 2, 20, 3, 10, 4].map((use, at) => part(at + 2, [1], use)), part(20, [4], 2)], [rest([1], { unmetered: 30 })])

test('many small meters are drawn as one that says how many they are, and nothing is lost', () => {
  const { nodes, links } = flow(HALL, { ...ALL, most: 3 })
  const others = nodes.find(({ kind }) => kind === 'others')
  expect(others).toMatchObject({ use: 10, share: 0.1, count: 4 })
  expect(links.reduce((sum, { use }) => sum + use, 0)).toBe(100)
  // What hangs below one of them is not drawn either.
  expect(nodes.map(({ kind, use }) => [kind, use])).toEqual([['meter', 100], ['meter', 30], ['meter', 20], ['meter', 10], ['others', 10], ['unmetered', 30]])
})

test('one meter more than there is room for keeps its name', () => {
  expect(flow(HALL, { ...ALL, most: 6 }).nodes.some(({ kind }) => kind === 'others')).toBe(false)
})

test('parts of parts are left out where there is no room for them', () => {
  expect(flow(TREE, { ...ALL, depth: 1 }).nodes.map(({ use }) => use)).toEqual([100, 60, 25, 15])
})

test('the parts of one meter are drawn as if it were uppermost', () => {
  const { nodes, links } = flow(TREE, { ...ALL, root: 2 })
  expect(nodes.map(({ kind, use, share }) => [kind, use, share])).toEqual([['meter', 60, 0.6], ['meter', 20, 0.2], ['unmetered', 40, 0.4]])
  expect(links.map(({ use }) => use)).toEqual([20, 40])
})

test('of a meter without parts the whole is drawn', () => {
  expect(flow(TREE, { ...ALL, root: 3 })).toEqual(flow(TREE, ALL))
})

test('with a plant what was bought and made flows in, and what was fed in flows out', () => {
  const sunny = { ...TREE, bought: 80, generated: 30, fed_in: 10 }
  const { nodes, links } = flow(sunny, ALL)
  const top = '>1'
  expect(links.filter(({ to }) => to === top).map(({ from, use }) => [from, use])).toEqual([['bought', 80], ['generated', 30]])
  const sum = (found: typeof links): number => found.reduce((all, { use }) => all + use, 0)
  expect(sum(links.filter(({ from }) => from === top))).toBe(110)
  expect(nodes.find(({ key }) => key === 'fed_in')).toMatchObject({ use: 10, share: 0.1 })
  expect(flow(sunny, { ...ALL, root: 2 }).nodes.some(({ key }) => key === 'generated')).toBe(false)
})

test('a plant behind several main meters feeds them through one node', () => {
  const found = { ...balance(100, [part(1, [], 60), part(2, [], 40)], []), bought: 90, generated: 10, fed_in: 0 }
  const { links } = flow(found, ALL)
  expect(links.map(({ from, to, use }) => [from, to, use])).toEqual([
    ['bought', 'sources', 90], ['generated', 'sources', 10], ['sources', '>1', 60], ['sources', '>2', 40],
  ])
})
