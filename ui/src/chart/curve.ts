/** One load curve out of one or several meters: aligned columns, a gap is null. */
import type { Span } from '../api/resources'
import type { Series } from '../api/types'

export interface Curve {
  unit: string
  tier: Series['tier']
  step_s: number
  /** Starts of intervals. [epoch s] */
  t: number[]
  mean: (number | null)[]
  min: (number | null)[] | null
  max: (number | null)[] | null
  flagged: boolean[]
}

/**
 * Sum the meters. Where one of them is missing the sum is missing: a part is not the whole.
 * Extremes of several meters need not fall together, so a sum of more than one has no band.
 */
export function sumCurve(parts: readonly Series[]): Curve | null {
  const [first, ...rest] = parts
  if (!first) return null
  const { unit, tier, step_s } = first
  if (rest.length === 0) {
    return { unit, tier, step_s, t: first.t, mean: first.mean, min: first.min, max: first.max, flagged: first.flagged }
  }
  const rows = parts.map((part) => new Map(part.t.map((at, index) => [at, index])))
  const t = [...new Set(parts.flatMap((part) => part.t))].sort((a, b) => a - b)
  const mean = t.map((at) =>
    parts.reduce<number | null>((sum, part, which) => {
      const value = part.mean[rows[which]?.get(at) ?? -1]
      return sum === null || value === null || value === undefined ? null : sum + value
    }, 0),
  )
  const flagged = t.map((at) => parts.some((part, which) => part.flagged[rows[which]?.get(at) ?? -1] === true))
  return { unit, tier, step_s, t, mean, min: null, max: null, flagged }
}

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
