/** Where on a load curve the points lie that caused an alert. */
import type { AlertPriority } from '../api/alerts'
import type { Span } from '../api/resources'
import type { Curve } from './curve'

export const GLYPHS: Record<AlertPriority, string> = { urgent: '▲', high: '◆', low: '●' }

/** An alert and the hours that speak for it. */
export interface Told {
  id: number
  rule: string
  priority: AlertPriority
  spans: readonly Span[]
}

export interface Cause extends Pick<Told, 'id' | 'rule' | 'priority'> {
  /** Numbers of the points. */
  points: number[]
  /** The one that its sign stands at: the highest. */
  at: number
}

/** Only alerts with a point on the curve; where nothing was measured there is no point to mark. */
export function causes(curve: Pick<Curve, 't' | 'step_s' | 'mean'>, told: readonly Told[]): Cause[] {
  const { t, step_s, mean } = curve
  return told.flatMap(({ spans, ...alert }) => {
    const points = t.flatMap((start, n) => (mean[n] != null && spans.some(({ from, to }) => start < to && start + step_s > from) ? [n] : []))
    const [first, ...others] = points
    if (first === undefined) return []
    return [{ ...alert, points, at: others.reduce((top, n) => ((mean[n] ?? 0) > (mean[top] ?? 0) ? n : top), first) }]
  })
}
