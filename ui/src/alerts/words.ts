/** Words of a rule or an act; what a newer server knows stands under its own name. */
type Say = (key: string) => string
type Has = (key: string) => boolean

export function wordOf(t: Say, te: Has, rule: string): string {
  return te(`alerts.rules.${rule}`) ? t(`alerts.rules.${rule}`) : rule
}

export function actOf(t: Say, te: Has, act: string): string {
  return te(`alerts.acts.${act}`) ? t(`alerts.acts.${act}`) : act
}
