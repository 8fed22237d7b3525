import { expect, test } from 'vitest'
import type { Profile } from '../api/types'
import { examplePayload, isCode, topicsOf } from './onboarding'

const profile = (kind: Profile['kind'], topics: string[]): Profile => ({ name: 'p', kind, about: '', source: '', topics })

test('a native device publishes below its own name', () => {
  expect(topicsOf(profile('native', ['cw/v1/+/up', 'cw/v1/+/status']), 'm-1', ['cw/v1/m-1/up', 'cw/v1/m-1/raw/+'])).toEqual(['cw/v1/m-1/up', 'cw/v1/m-1/status'])
  expect(topicsOf(profile('codec', ['spBv1.0/#', 'cw/v1/+/raw/sparkplug_b']), 'm-1', [])).toEqual(['cw/v1/m-1/raw/sparkplug_b'])
})

test('a vendor publishes on the topics it was given, else on those of its profile', () => {
  const vendor = profile('profile', ['tele/+/SENSOR'])
  expect(topicsOf(vendor, 'm-1', ['cw/v1/m-1/up', 'tele/m-1/SENSOR'])).toEqual(['tele/m-1/SENSOR'])
  expect(topicsOf(vendor, 'm-1', [])).toEqual(['tele/+/SENSOR'])
})

test('an example says what its kind of device would say', () => {
  expect(JSON.parse(examplePayload('water_meter', 7))).toEqual({ ts: 7, seq: 1, values: { volume_m3: 1042.37, flow_m3h: 1.6 } })
  expect(JSON.parse(examplePayload('other', 7)).values).toHaveProperty('active_power_kw')
})

test('a code is one level of a topic, and no name of our own processes', () => {
  expect(['a-1', 'meter.7', '0000_12:3'].every(isCode)).toBe(true)
  expect(['', 'a/b', 'a b', '+', '#', 'civicwatt-work', 'x'.repeat(65)].some(isCode)).toBe(false)
})
