/** Areas and piles on a plane: equal scale in both directions, north up, no map beneath. */
import type { Corner } from '../api/fleetSetup'

const MARGIN = 24
/** A lone place is shown with so much around it. [deg] */
const AROUND = 0.005

export interface Plane {
  to: (corner: Corner) => [x: number, y: number]
  from: (x: number, y: number) => Corner
}

/** Null without any place to draw. */
export function plane(places: readonly Corner[], width: number, height: number): Plane | null {
  if (places.length === 0) return null
  const [south, north] = reach(places.map(([latitude]) => latitude))
  const [west, east] = reach(places.map(([, longitude]) => longitude))
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const scale = Math.min((width - 2 * MARGIN) / ((east - west) * narrow), (height - 2 * MARGIN) / (north - south))
  const left = (width - (east - west) * narrow * scale) / 2
  const above = (height - (north - south) * scale) / 2
  const short = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits
  return {
    to: ([latitude, longitude]) => [short(left + (longitude - west) * narrow * scale, 1), short(above + (north - latitude) * scale, 1)],
    from: (x, y) => [short(north - (y - above) / scale, 6), short(west + (x - left) / (narrow * scale), 6)],
  }
}

function reach(values: readonly number[]): [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const around = Math.max(AROUND, (most - least) / 5)
  return [least - around, most + around]
}

/** Corners of a text, one a line as `latitude, longitude`; null where a line is none. */
export function corners(text: string): Corner[] | null {
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean)
  const found = lines.map((line): Corner | null => {
    const parts = line.split(/[,，\s]+/).filter(Boolean).map(Number)
    const [latitude, longitude] = parts
    if (parts.length !== 2 || latitude === undefined || longitude === undefined || parts.some((part) => !Number.isFinite(part))) return null
    return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? [latitude, longitude] : null
  })
  return found.some((each) => each === null) ? null : (found as Corner[])
}
