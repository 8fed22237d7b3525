/** How a share of a day that has figures is shown. */

export type Shade = 'whole' | 'part' | 'none'

/** So nearly all of a day is all of it: the last interval may still be under way. */
const WHOLE = 0.995

export function shadeOf(share: number | null): Shade {
  if (share === null) return 'none'
  return share >= WHOLE ? 'whole' : 'part'
}

/** Percent without its sign, for a narrow cell; a day in part is never shown as 100 or 0. */
export function percent(share: number): string {
  return String(Math.min(99, Math.max(1, Math.round(share * 100))))
}

/** Measured share of all days of a meter. */
export function mean(shares: readonly (number | null)[]): number | null {
  if (shares.length === 0) return null
  return shares.reduce<number>((sum, share) => sum + (share ?? 0), 0) / shares.length
}
