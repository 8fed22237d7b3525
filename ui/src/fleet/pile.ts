/** How much of a pile's energy is known to have gone to cars, and of how much of the time its meter tells. */
import type { PileUse } from '../api/fleet'

/** Below this share of the time, what a meter counted is told as a part. */
const WHOLE = 0.99

/** Share of the metered energy that went to known charges; null where nothing was metered. */
export function matchedShare({ metered_kwh, matched_kwh, unseen_kwh }: Pick<PileUse, 'metered_kwh' | 'matched_kwh' | 'unseen_kwh'>): number | null {
  return metered_kwh === null || metered_kwh <= 0 ? null : Math.min((matched_kwh + unseen_kwh) / metered_kwh, 1)
}

/** Hours of which a pile's meter has figures, of those over, and whether that is a part; all 0 before the span began. */
export function metering({ covered_s }: Pick<PileUse, 'covered_s'>, over_s: number): { known: number; over: number; part: boolean } {
  // An interval that begins within the span may last beyond it, or beyond now.
  const known = Math.min(covered_s, over_s)
  return { known: known / 3600, over: over_s / 3600, part: known < WHOLE * over_s }
}
