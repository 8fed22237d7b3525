import { describe, expect, it } from 'vitest'
import type { Fix } from '../api/fleet'
import { plot } from './trackPlot'

const fix = (minute: number, latitude_deg: number, longitude_deg: number): Fix => ({ ts: `2026-07-01T00:${String(minute).padStart(2, '0')}:00Z`, latitude_deg, longitude_deg, speed_kmh: null })

describe('a track on a plane', () => {
  it('is nothing without fixes', () => expect(plot([], 400, 300)).toBeNull())
  it('has north up and one scale for both directions', () => {
    const found = plot([fix(0, 39, 117), fix(1, 39.1, 117)], 400, 300)!
    expect(found.first[1] - found.last[1]).toBe(268)
    expect(found.first[0]).toBe(found.last[0])
    expect(found.bar / found.km).toBeCloseTo(268 / 11.1195, 0)
  })
  it('draws no line across a silence', () => {
    expect(plot([fix(0, 39, 117), fix(1, 39.1, 117), fix(30, 39.2, 117.1)], 400, 300)!.lines).toHaveLength(2)
  })
})
