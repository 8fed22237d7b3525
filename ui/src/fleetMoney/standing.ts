/** What is to be said of how far figures of a fleet are told. */
import type { Coverage, Standing } from '../api/fleetMoney'

/** Share of the vehicles' time of which is told what they did, below which that is said; and below which no cost is told. */
const WHOLE = 0.99
const LEAST = 0.8

export interface StandingWord {
  word: 'running' | 'told' | 'waiting' | 'unseen'
  warning: boolean
  n?: number
  all?: number
  told?: string
  held?: string
}

export function standingOf({ running, vehicles, vehicles_unseen }: Pick<Standing, 'running' | 'vehicles' | 'vehicles_unseen'>, { held_days, told_days, waiting }: Coverage): StandingWord[] {
  const share = Number(held_days) > 0 ? Number(told_days) / Number(held_days) : 1
  const found: StandingWord[] = []
  if (running) found.push({ word: 'running', warning: false })
  if (share < WHOLE) found.push({ word: 'told', warning: share < LEAST, told: told_days, held: held_days })
  if (waiting > 0) found.push({ word: 'waiting', warning: true, n: waiting })
  if (vehicles_unseen > 0) found.push({ word: 'unseen', warning: false, n: vehicles_unseen, all: vehicles + vehicles_unseen })
  return found
}
