import { expect, test } from 'vitest'
import { originPage, registersOf } from './origin'

test('a use leads to its meter, a price to its tariff in the month, a bill to itself', () => {
  expect(originPage({ what: 'use', source: 'ledger', refers: { meter: 'main-e', meter_id: 4 } }, '2026-07')).toEqual({ name: 'metrology', query: { meter: 'main-e' } })
  expect(originPage({ what: 'price', source: 'ledger', refers: { tariff: 'tj' } }, '2026-07')).toEqual({ name: 'tariffs', query: { tariff: 'tj', month: '2026-07' } })
  expect(originPage({ what: 'bill', source: 'ledger', refers: { bill_id: 12 } }, '2026-07')).toEqual({ name: 'bills', query: { bill: '12' } })
})

test('what is missing or was only entered leads nowhere', () => {
  expect(originPage({ what: 'use', source: 'missing', refers: { meter: 'main-e' } }, '2026-07')).toBeNull()
  expect(originPage({ what: 'kpi', source: 'entered', refers: {} }, '2026-07')).toBeNull()
  expect(originPage({ what: 'price', source: 'entered', refers: {} }, '2026-07')).toBeNull()
})

test('a use tells the register it was counted from, at both ends', () => {
  const refers = { opening: { ts: '2026-05-31T16:00:00Z', register: '1000' }, closing: { ts: '2026-06-30T16:00:00Z', register: '18280' }, readings: 721 }
  expect(registersOf({ what: 'use', refers })).toEqual({ first: '1000', last: '18280', since: '2026-05-31T16:00:00Z', until: '2026-06-30T16:00:00Z', readings: 721 })
  expect(registersOf({ what: 'use', refers: { ...refers, opening: null } })).toBeNull()
  expect(registersOf({ what: 'price', refers })).toBeNull()
})
