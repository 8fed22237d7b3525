/** A track on a plane: equal scale in both directions, north up, no map beneath. */
import type { Fix } from '../api/fleet'

export interface Plot {
  /** Points of the line, as SVG wants them, one text for each part without a silence. */
  lines: string[]
  first: [number, number]
  last: [number, number]
  /** Length of the scale's bar in the drawing, and on the ground. [px], [km] */
  bar: number
  km: number
}

const KM_PER_DEG = 111.195
const MARGIN = 16
/** Between two fixes farther apart in time no line is drawn. [s] */
const SILENCE = 600
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500]

/** Null without fixes. */
export function plot(fixes: readonly Fix[], width: number, height: number): Plot | null {
  if (fixes.length === 0) return null
  const north = fixes.map((fix) => fix.latitude_deg)
  const east = fixes.map((fix) => fix.longitude_deg)
  const [south, top, west, right] = [Math.min(...north), Math.max(...north), Math.min(...east), Math.max(...east)]
  const across = KM_PER_DEG * Math.cos((((south + top) / 2) * Math.PI) / 180)
  const wide = Math.max((right - west) * across, 0.1)
  const high = Math.max((top - south) * KM_PER_DEG, 0.1)
  const scale = Math.min((width - 2 * MARGIN) / wide, (height - 2 * MARGIN) / high)
  const left = (width - wide * scale) / 2
  const above = (height - high * scale) / 2
  const place = (fix: Fix): [number, number] => [
    Math.round(10 * (left + (fix.longitude_deg - west) * across * scale)) / 10,
    Math.round(10 * (above + (top - fix.latitude_deg) * KM_PER_DEG * scale)) / 10,
  ]
  const lines: string[] = []
  let part: string[] = []
  fixes.forEach((fix, n) => {
    const before = fixes[n - 1]
    if (before && (Date.parse(fix.ts) - Date.parse(before.ts)) / 1000 > SILENCE) {
      lines.push(part.join(' '))
      part = []
    }
    part.push(place(fix).join(','))
  })
  lines.push(part.join(' '))
  const km = STEPS.filter((step) => step * scale <= width / 3).at(-1) ?? STEPS[0]!
  return { lines, first: place(fixes[0]!), last: place(fixes.at(-1)!), bar: Math.round(km * scale), km }
}
