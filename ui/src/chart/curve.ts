/** One load curve: aligned columns, a gap is null. */
import type { Span } from '../api/resources'
import type { Series } from '../api/types'

export type Curve = Pick<Series, 'unit' | 'tier' | 'step_s' | 't' | 'mean' | 'min' | 'max' | 'flagged' | 'flags'>

/**
 * The means of an earlier curve at the times of this one.
 * `later` is how much later this one lies. [s] Curves of different steps are not comparable.
 */
export function alignedMeans(curve: Curve, earlier: Curve, later: number): (number | null)[] | null {
  if (earlier.step_s !== curve.step_s) return null
  const means = new Map(earlier.t.map((at, index) => [at + later, earlier.mean[index] ?? null]))
  return curve.t.map((at) => means.get(at) ?? null)
}

export interface Summary {
  lowest: number
  highest: number
  highestAt: number
  mean: number
  measured: number
  flagged: number
}

/** What the curve says in numbers, for people who cannot see it. Null when nothing was measured. */
export function summarise(curve: Curve): Summary | null {
  const low = curve.min ?? curve.mean
  const high = curve.max ?? curve.mean
  let [lowest, highest, highestAt, total, measured] = [Infinity, -Infinity, 0, 0, 0]
  curve.mean.forEach((value, index) => {
    if (value === null) return
    measured += 1
    total += value
    lowest = Math.min(lowest, low[index] ?? value)
    const top = high[index] ?? value
    if (top > highest) [highest, highestAt] = [top, curve.t[index] ?? 0]
  })
  if (measured === 0) return null
  const flagged = curve.flagged.filter(Boolean).length
  return { lowest, highest, highestAt, mean: total / measured, measured, flagged }
}

/** Figures follow the readings by some minutes; only what is older than this is missing. [s] */
const LAG_S = 3_600

/** Stretches of `shown` without a value. What has not happened yet, or only just, is not missing. */
export function gaps(curve: Curve, shown: Span, now: number): Span[] {
  const found: Span[] = []
  const end = Math.min(shown.to, now - LAG_S)
  let known = shown.from
  const until = (next: number): void => {
    if (next - known >= curve.step_s) found.push({ from: known, to: next })
  }
  curve.t.forEach((at, index) => {
    if (curve.mean[index] === null || at + curve.step_s <= shown.from) return
    until(Math.min(at, end))
    known = Math.max(known, at + curve.step_s)
  })
  until(end)
  return found
}
