/** The way of a statement, draft to settled, as far as it has come: who did what, and when. */
import type { Party } from '../api/contracts'
import type { Doing, StatementWhole } from '../api/statements'
import type { Instant } from '../api/types'

export const STAGES = ['draft', 'checked', 'signed', 'disputed', 'settled'] as const
export type Stage = (typeof STAGES)[number]

export interface Station {
  stage: Stage
  /** `passed` and `here` have been reached; a dispute that nobody opened is `skipped`. */
  reached: 'passed' | 'here' | 'ahead' | 'skipped'
  /** `key`: fingerprint of the key of a signature; null: an approval without one; absent: no signature. */
  by: { person: string | null; party: Party | null; at: Instant; key?: string | null }[]
}

type Told = Pick<StatementWhole, 'state' | 'maker' | 'made_at' | 'acts'>

/** Acts since the statement was last returned: what came before no longer binds. */
function standing(acts: readonly Doing[]): readonly Doing[] {
  const back = acts.map(({ act }) => act).lastIndexOf('return')
  return acts.slice(back + 1)
}

export function track({ state, maker, made_at, acts }: Told): Station[] {
  const done = standing(acts)
  const by = (...kinds: Doing['act'][]) => done.filter(({ act }) => kinds.includes(act)).map(({ person, party, at }) => ({ person, party, at }))
  const people: Record<Stage, Station['by']> = {
    draft: [{ person: maker, party: null, at: made_at }],
    checked: by('check'),
    signed: done.filter(({ act }) => act === 'sign').map(({ person, party, at, fingerprint }) => ({ person, party, at, key: fingerprint })),
    disputed: by('dispute', 'resolve'),
    settled: by('pay'),
  }
  const gone = state === 'reversed' || state === 'superseded'
  const last = gone ? STAGES.reduce((found, stage, at) => (people[stage].length > 0 ? at : found), 0) : STAGES.indexOf(state)
  return STAGES.map((stage, at) => {
    const skipped = stage === 'disputed' && people.disputed.length === 0
    const reached = skipped ? 'skipped' : at > last ? 'ahead' : at === last && !gone ? 'here' : 'passed'
    return { stage, reached, by: people[stage] }
  })
}
