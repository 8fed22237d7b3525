/** The stretch of the period that the chart shows. All spans in epoch seconds, half-open. */
import type { Span } from '../api/resources'

const SHORTEST_S = 3_600

/** Move by a part of the width, but not out of the whole. */
export function panned(shown: Span, whole: Span, part: number): Span {
  const width = shown.to - shown.from
  const from = Math.min(Math.max(shown.from + part * width, whole.from), whole.to - width)
  return rounded({ from, to: from + width })
}

/** Magnify around the middle; a factor below 1 shows less. Null = the whole again. */
export function zoomed(shown: Span, whole: Span, factor: number): Span | null {
  const width = Math.max(SHORTEST_S, (shown.to - shown.from) * factor)
  if (width >= whole.to - whole.from) return null
  const middle = (shown.from + shown.to) / 2
  return panned({ from: middle - width / 2, to: middle + width / 2 }, whole, 0)
}

/** A stretch drawn with the mouse, as far as it lies in the whole and is long enough to show. */
export function chosen(span: Span, whole: Span): Span | null {
  const inside = { from: Math.max(span.from, whole.from), to: Math.min(span.to, whole.to) }
  return inside.to - inside.from < SHORTEST_S / 4 ? null : rounded(inside)
}

function rounded({ from, to }: Span): Span {
  return { from: Math.round(from), to: Math.round(to) }
}
