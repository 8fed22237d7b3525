import { expect, test } from 'vitest'
import type { Doing } from '../api/statements'
import { track } from './track'

const doing = (act: Doing['act'], person: string, party: Doing['party'] = null): Doing => ({
  id: 1, act, person, party, on: '2026-08-03', at: '2026-08-03T02:00:00Z', subject: '', reason: '', amount: null, fingerprint: null,
})
const made = { maker: 'A', made_at: '2026-08-01T02:00:00Z' }
const reached = (told: Parameters<typeof track>[0]) => Object.fromEntries(track(told).map((each) => [each.stage, each.reached]))

test('a draft is at its beginning, and nobody asks for a dispute', () => {
  expect(reached({ ...made, state: 'draft', acts: [] })).toEqual({
    draft: 'here', checked: 'ahead', signed: 'ahead', disputed: 'skipped', settled: 'ahead',
  })
})

test('one signature of two is told while the statement is still only checked', () => {
  const stations = track({ ...made, state: 'checked', acts: [doing('check', 'B'), doing('sign', 'C', 'client')] })
  expect(stations.map(({ reached: how }) => how)).toEqual(['passed', 'here', 'ahead', 'skipped', 'ahead'])
  expect(stations[2]?.by.map(({ person, party }) => [person, party])).toEqual([['C', 'client']])
})

test('a signature says by which key it is, and an approval that it is by none', () => {
  const byKey = { ...doing('sign', 'P', 'provider'), fingerprint: 'ab12' }
  const stations = track({ ...made, state: 'signed', acts: [doing('check', 'B'), doing('sign', 'C', 'client'), byKey] })
  expect(stations[2]?.by.map(({ person, key }) => [person, key])).toEqual([['C', null], ['P', 'ab12']])
  expect(stations[1]?.by[0]).not.toHaveProperty('key')
})

test('what was signed before it was returned binds nobody', () => {
  const acts = [doing('check', 'B'), doing('sign', 'C', 'client'), doing('return', 'D'), doing('check', 'E')]
  const stations = track({ ...made, state: 'checked', acts })
  expect(stations[1]?.by.map(({ person }) => person)).toEqual(['E'])
  expect(stations[2]?.by).toEqual([])
})

test('a dispute is a station of its own, and a settled statement has passed it', () => {
  const acts = [doing('check', 'B'), doing('sign', 'C', 'client'), doing('sign', 'P', 'provider'), doing('dispute', 'C', 'client')]
  expect(reached({ ...made, state: 'disputed', acts })).toMatchObject({ signed: 'passed', disputed: 'here', settled: 'ahead' })
  const settled = [...acts, doing('resolve', 'P', 'provider'), doing('pay', 'C', 'client')]
  expect(reached({ ...made, state: 'settled', acts: settled })).toMatchObject({ disputed: 'passed', settled: 'here' })
})

test('a statement of nothing is settled by its signatures, without a payment', () => {
  const acts = [doing('check', 'B'), doing('sign', 'C', 'client'), doing('sign', 'P', 'provider')]
  expect(reached({ ...made, state: 'settled', acts })).toMatchObject({ signed: 'passed', disputed: 'skipped', settled: 'here' })
})

test('what was taken back has passed its stations and stands nowhere', () => {
  const acts = [doing('check', 'B'), doing('sign', 'C', 'client'), doing('sign', 'P', 'provider'), doing('reverse', 'P')]
  expect(reached({ ...made, state: 'reversed', acts })).toEqual({
    draft: 'passed', checked: 'passed', signed: 'passed', disputed: 'skipped', settled: 'ahead',
  })
})
