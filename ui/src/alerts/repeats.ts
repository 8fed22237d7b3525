/** Alerts of one kind at one place are one row until they are unfolded. */
import type { Alert } from '../api/alerts'

export interface Row {
  alert: Alert
  /** What folds and unfolds together. */
  key: string
  /** How many alerts the row stands for; 0 for one of an unfolded group but its first. */
  times: number
}

const keyOf = ({ rule, code, place_zh, priority, state }: Alert): string => [rule, code, place_zh, priority, state].join('|')

/** In the order of the list: of each group the first stands for all, or all of it follow one another. */
export function folded(alerts: readonly Alert[], unfolded: ReadonlySet<string>): Row[] {
  const groups = new Map<string, Alert[]>()
  for (const alert of alerts) {
    const key = keyOf(alert)
    groups.set(key, [...(groups.get(key) ?? []), alert])
  }
  return [...groups].flatMap(([key, of]) =>
    (unfolded.has(key) ? of : of.slice(0, 1)).map((alert, n) => ({ alert, key, times: n === 0 ? of.length : 0 })),
  )
}
