/** What a finding says, with the names that stand in it in the language of the page. */
type Say = (key: string) => string

export function toldOf(t: Say, told: Record<string, string>): Record<string, string> {
  return told.cause === undefined ? told : { ...told, cause: t(`money.cause.${told.cause}`) }
}
