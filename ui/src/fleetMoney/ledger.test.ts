import { expect, test } from 'vitest'
import type { DisplacementLedger } from '../api/fleetMoney'
import { assumptions, percent, tonnes } from './ledger'

const ledger = (change: Partial<DisplacementLedger>): DisplacementLedger =>
  ({ litres: '16', litres_measured: true, assumed_kwh: '0.000', assumed_cny: '0.00', trips_estimated: 0, lacking: [], ...change }) as DisplacementLedger

test('nothing assumed is said, and so is everything that is', () => {
  expect(assumptions(ledger({}))).toEqual(['measured'])
  expect(assumptions(ledger({ litres_measured: false, assumed_kwh: '3.1', assumed_cny: '2.48' }))).toEqual(['baseline', 'energy', 'price'])
  expect(assumptions(ledger({ litres: null, litres_measured: false, lacking: ['baseline'] }))).toEqual(['lacks_baseline'])
})

test('cheaper is below zero, and kilograms are told in tonnes', () => {
  expect(percent('0.795', 'en')).toBe('−79.5%')
  expect(percent('-0.1', 'en')).toBe('+10.0%')
  expect(tonnes('118537.600', 'en')).toBe('118.538')
})
