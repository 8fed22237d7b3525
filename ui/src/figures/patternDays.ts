/** Which days the week and the kinds of day are taken of. */
import type { Days } from '../api/placeUse'
import type { Period } from '../period/period'
import { addDays, daysBetween, type LocalDate } from '../period/zone'

/** Fewer days would tell no week, and hardly a holiday. */
const FEWEST = 28
/** As many as the server lays over each other. */
const MOST = 366

/** The period as far as it is over; if it is short, up to four weeks before its end. */
export function patternDays({ first, end }: Period, today: LocalDate): Days {
  const last = end > today && first <= today ? addDays(today, 1) : end
  const days = Math.min(MOST, Math.max(FEWEST, daysBetween(first, last)))
  return { first: addDays(last, -days), end: last }
}
