import { expect, test } from 'vitest'
import { curveOf, drawn, limitOf, unjudgedOf } from './evidence'
import { metrologyOf } from './words'

test('a rule of a gauge shows that gauge, a rule of days the use of the meter, and silence no curve', () => {
  expect(curveOf({ rule: 'voltage_low', device_id: 3, meter_id: 4, evidence: {} }, 100_000, 110_000)).toEqual({ device: 3, meter: null, quantity: 'voltage_a_v', from: 78_400, to: 113_600 })
  expect(curveOf({ rule: 'night_load', device_id: null, meter_id: 4, evidence: {} }, 1_000_000, 1_100_000)?.meter).toBe(4)
  expect(curveOf({ rule: 'silent', device_id: 3, meter_id: 4, evidence: {} }, 0, 1)).toBeNull()
})

test('a curve is broken where values are missing, and the limit lies where it belongs', () => {
  const line = drawn([0, 10, 20, 30], [0, 10, null, 5], [10, 99], 5, 300, 100)
  expect(line?.path).toBe('M0.0 100.0L100.0 0.0M300.0 50.0')
  expect(line?.limit).toBe(50)
  expect([line?.first, line?.last]).toEqual([100, 300])
  expect(drawn([0, 1], [null, 3], [0, 1], null, 10, 10)).toBeNull()
})

test('the band is an area that is broken where nothing is known, and points beyond it within the span are marked', () => {
  const band = { expected: [5, 5, null, 5, 5], low: [4, 4, null, 4, 4], high: [6, 6, null, 6, 6], outside: [true, false, false, false, true] }
  const line = drawn([0, 10, 20, 30, 40], [10, 5, 5, 5, 0], [20, 40], null, 400, 100, band)
  expect(line?.band).toBe('M0.0 40.0L100.0 40.0L100.0 60.0L0.0 60.0ZM300.0 40.0L400.0 40.0L400.0 60.0L300.0 60.0Z')
  expect(line?.expected).toBe('M0.0 50.0L100.0 50.0M300.0 50.0L400.0 50.0')
  expect(line?.marks).toEqual([{ x: 400, y: 100 }])
})

test('an alert of metrology has no curve and says what it is about, with the day in place of days that are left', () => {
  const evidence = { finding: 'ends_soon', number: '2025-0417', day: '2026-07-01' }
  expect(curveOf({ rule: 'certificate_ends', device_id: null, meter_id: 4, evidence }, 0, 1)).toBeNull()
  const say = (key: string, named: Record<string, string>): string => `${key} ${named.number} ${named.day}`
  expect(metrologyOf(say, evidence, 'en')).toMatch(/^alerts.certificateEnds 2025-0417 .*2026/)
  expect(metrologyOf(say, { ...evidence, finding: 'ended' }, 'en')).toMatch(/^metrology.findings.ended/)
  expect(metrologyOf(say, { silent_since: 'x' }, 'en')).toBe('')
})

test('a limit is drawn only on a curve of its own unit', () => {
  expect(limitOf({ rule: 'voltage_low', device_id: 3, expected: 198 })).toBe(198)
  expect(limitOf({ rule: 'insulation_low', device_id: 3, expected: 500 })).toBeNull()
  expect(limitOf({ rule: 'voltage_unbalance', device_id: 3, expected: 0.04 })).toBeNull()
  expect(limitOf({ rule: 'night_load', device_id: null, expected: 12 })).toBeNull()
})

test('hours that have a value and no band are counted, and hours without a value are not', () => {
  const band = { expected: [1, null, null, 2], low: [], high: [], outside: [] }
  expect(unjudgedOf([1, 2, null, 3], band)).toEqual({ n: 1, of: 3 })
})
