import { describe, expect, it } from 'vitest'
import type { Bar } from '../api/fleet'
import { counted, drawn, driving, stood } from './bars'

const bar = (start: string, end: string, kind: Bar['kind'] = 'trip', vehicle_id = 1): Bar => ({ vehicle_id, id: start, kind, start_at: `2026-07-01T${start}Z`, end_at: `2026-07-01T${end}Z`, km: 1, kwh: 1, estimated: false, implausible: false })
const FIRST = Date.parse('2026-07-01T00:00Z') / 1000
const END = FIRST + 86_400

describe('bars of a day', () => {
  it('lie where their time is', () => {
    expect(drawn([bar('06:00:00', '12:00:00')], 1, FIRST, END)).toMatchObject([{ at: 0.25, wide: 0.25 }])
  })
  it('are cut off at the edges', () => {
    expect(drawn([bar('00:00:00', '12:00:00')], 1, FIRST + 21_600, END)).toMatchObject([{ at: 0, wide: 21_600 / 64_800 }])
  })
  it('are those of one vehicle, and never too thin to be seen', () => {
    const found = drawn([bar('01:00:00', '01:00:01'), bar('02:00:00', '03:00:00', 'trip', 2)], 1, FIRST, END)
    expect(found.map(({ wide }) => wide)).toEqual([0.002])
  })
  it('tell the share of driving, in which charging does not count', () => {
    expect(driving([bar('00:00:00', '12:00:00'), bar('12:00:00', '18:00:00', 'charge')], 2, FIRST, END)).toBe(0.25)
    expect(driving([], 0, FIRST, END)).toBeNull()
  })
  it('leave what is implausible out of distance, trips and share, and draw it', () => {
    const told = [bar('00:00:00', '12:00:00'), { ...bar('12:00:00', '18:00:00'), km: 900, implausible: true }, bar('18:00:00', '19:00:00', 'charge')]
    expect(counted(told).map(({ km }) => km)).toEqual([1])
    expect(driving(told, 1, FIRST, END)).toBe(0.5)
    expect(drawn(told, 1, FIRST, END)).toHaveLength(3)
  })
  it('are idle up to now, and offline where nothing was heard', () => {
    const silences = [{ vehicle_id: 1, start_at: '2026-06-30T18:00:00Z', end_at: '2026-07-01T06:00:00Z' }, { vehicle_id: 2, start_at: '2026-07-01T06:00:00Z', end_at: '2026-07-01T12:00:00Z' }]
    const span = { first: FIRST, end: END, now: FIRST + 43_200 }
    expect(stood(silences, 1, span)).toEqual({ idle: 0.5, silent: [{ at: 0, wide: 0.25 }] })
    expect(stood(silences, 2, { ...span, now: END + 1 })).toEqual({ idle: 1, silent: [{ at: 0.25, wide: 0.25 }] })
  })
})
