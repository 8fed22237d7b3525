import type { AlertWhole } from '../api/alerts'
import { formatDay } from '../format/instant'
import { toldOf } from '../metrology/told'

/** Words of a rule or an act; what a newer server knows stands under its own name. */
type Say = (key: string) => string
type Has = (key: string) => boolean

export function wordOf(t: Say, te: Has, rule: string): string {
  return te(`alerts.rules.${rule}`) ? t(`alerts.rules.${rule}`) : rule
}

/** Words of an alarm that a vehicle's terminal tells. */
export function alarmOf(t: Say, te: Has, code: string): string {
  return te(`vehicles.alarmCodes.${code}`) ? t(`vehicles.alarmCodes.${code}`) : code
}

/** Words of an alert: its rule, and which of the rule's matters it is. */
export function matterOf(t: Say, te: Has, { rule, code }: { rule: string; code: string }): string {
  return code ? `${wordOf(t, te, rule)} · ${alarmOf(t, te, code)}` : wordOf(t, te, rule)
}

export function actOf(t: Say, te: Has, act: string): string {
  return te(`alerts.acts.${act}`) ? t(`alerts.acts.${act}`) : act
}

/** What is wrong with a settlement meter, as the metrology page words it; empty for other alerts. */
export function metrologyOf(t: (key: string, named: Record<string, string>) => string, evidence: AlertWhole['evidence'], locale: string): string {
  const told = Object.fromEntries(Object.entries(evidence).map(([name, value]) => [name, String(value)]))
  const { finding } = told
  if (finding === undefined) return ''
  const key = finding.startsWith('ends_') ? 'alerts.certificateEnds' : `metrology.findings.${finding}`
  return t(key, { ...toldOf((name) => t(name, {}), told), day: told.day === undefined ? '' : formatDay(told.day, locale) })
}
