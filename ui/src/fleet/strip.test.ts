import { describe, expect, it } from 'vitest'
import type { VehicleUse } from '../api/fleetMoney'
import { most, runs } from './course'
import { kwhPer100, used } from './strip'

const ledger = { electric_km: '200.000', pile_kwh: '12.000', order_kwh: '18.000', assumed_kwh: '0.000', lacking: [] as string[] }

describe('the strip of the fleet page', () => {
  it('tells the energy at the meter over electric kilometres', () => {
    expect(kwhPer100(ledger)).toBe(15)
  })
  it.each(['charge_energy', 'efficiency', 'distance'])('tells none while %s lacks', (word) => {
    expect(kwhPer100({ ...ledger, lacking: [word] })).toBeNull()
  })
  it('tells it while only a price lacks, and none without kilometres', () => {
    expect(kwhPer100({ ...ledger, lacking: ['electricity_price'] })).toBe(15)
    expect(kwhPer100({ ...ledger, electric_km: '0.000' })).toBeNull()
  })
  it('sums days used over days known, so that an unheard vehicle is not an idle one', () => {
    const use = { vehicle_id: 1, code: 'a', plate: 'a', acquisition: 'quota', days: 31, days_known: 20, days_used: 10, trips: 12, hours: '9.0', km: '150.500', trips_without_km: 1, idle: false } satisfies VehicleUse
    expect(used([use, { ...use, vehicle_id: 2, days_known: 0, days_used: 0, trips: 0, km: '0.000', trips_without_km: 0 }])).toEqual({ km: 150.5, withoutKm: 1, trips: 12, used: 10, known: 20, share: 0.5 })
    expect(used([]).share).toBeNull()
  })
})

describe('the course of a charge', () => {
  const course = { t: [0, 60, 120, 900, 960], kw: [6, 6.5, null, 3, 3] }
  it('is broken where nothing was told', () => {
    expect(runs(course).map((run) => run.map(({ at }) => at))).toEqual([[0, 60], [900, 960]])
  })
  it('has a greatest power, where any was told', () => {
    expect(most(course)).toBe(6.5)
    expect(most({ kw: [null] })).toBeNull()
  })
})
