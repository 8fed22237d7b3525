/** The power course of a charge as lines between pauses. */
import type { Course } from '../api/fleet'

export interface Point {
  at: number
  kw: number
}

/** Runs of points without a pause; what was not told breaks the line. */
export function runs({ t, kw }: Pick<Course, 't' | 'kw'>): Point[][] {
  const found: Point[][] = [[]]
  t.forEach((at, n) => {
    const value = kw[n] ?? null
    if (value !== null) found.at(-1)?.push({ at, kw: value })
    else if (found.at(-1)?.length) found.push([])
  })
  return found.filter((run) => run.length > 0)
}

/** Greatest power; null where none was told. [kW] */
export function most({ kw }: Pick<Course, 'kw'>): number | null {
  const known = kw.filter((each) => each !== null)
  return known.length > 0 ? Math.max(...known) : null
}
