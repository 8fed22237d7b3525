/** How far evaluation is, as whoever looks may believe it now. */
import type { Evaluation } from '../api/evaluation'

/** An answer is asked for twice a minute; one older than this tells how it was, not how it is. [s] */
const HOLDS_S = 120

export type Told = Evaluation['pace'] | 'unheard' | 'unknown'

/** `heard`: when the answer came, `now`: both by the clock of the browser, which may be wrong. [epoch s] */
export function toldOf(answer: Evaluation | null, heard: number, now: number): Told {
  if (!answer) return 'unknown'
  return now - heard > HOLDS_S ? 'unheard' : answer.pace
}
