/** Bars of a day's use in parts of its width, cut off at the edges of what is shown. */
import type { Bar, Silence } from '../api/fleet'
import { epochOf } from '../format/instant'

export interface Drawn {
  bar: Bar
  /** Left edge and width, of the whole width. [1] */
  at: number
  wide: number
}

/** A bar that would be thinner is drawn so wide, or nobody sees a short trip in a month. [1] */
const LEAST = 0.002

/** Bars of one vehicle over [first, end) [epoch s], in order of start. */
export function drawn(bars: readonly Bar[], vehicle: number, first: number, end: number): Drawn[] {
  const span = end - first
  return bars
    .filter((bar) => bar.vehicle_id === vehicle)
    .map((bar) => {
      const from = Math.max(epochOf(bar.start_at), first)
      const to = Math.min(epochOf(bar.end_at), end)
      return { bar, at: (from - first) / span, wide: Math.max((to - from) / span, LEAST) }
    })
    .filter(({ at, wide }) => at < 1 && at + wide > 0)
}

/** Where a vehicle stood heard of, and where nothing was heard, in parts of the width; of what is to come neither. [1] */
export function stood(silences: readonly Silence[], vehicle: number, { first, end, now }: { first: number; end: number; now: number }): { idle: number; silent: { at: number; wide: number }[] } {
  const span = end - first
  const silent = silences
    .filter((each) => each.vehicle_id === vehicle)
    .map(({ start_at, end_at }) => ({ at: (Math.max(epochOf(start_at), first) - first) / span, wide: (Math.min(epochOf(end_at), end) - Math.max(epochOf(start_at), first)) / span }))
    .filter(({ wide }) => wide > 0)
  return { idle: Math.min(Math.max((now - first) / span, 0), 1), silent }
}

/** Trips that belong in totals: those that are implausible are drawn and not counted. */
export const counted = (bars: readonly Bar[]): Bar[] => bars.filter(({ kind, implausible }) => kind === 'trip' && !implausible)

/** Share of the time in which vehicles drive; null where there are none. [1] */
export function driving(bars: readonly Bar[], vehicles: number, first: number, end: number): number | null {
  if (vehicles === 0 || end <= first) return null
  const seconds = counted(bars).reduce(
    (sum, bar) => sum + Math.max(Math.min(epochOf(bar.end_at), end) - Math.max(epochOf(bar.start_at), first), 0),
    0,
  )
  return seconds / (vehicles * (end - first))
}
