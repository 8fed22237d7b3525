/** What the server says in codes, worded in the language shown. English is the server's own text. */
import { ProblemError, type Words } from '../api/client'
import { i18n, language, wordings } from './language'

function worded(texts: 'sentences' | 'misfits', { code, parameters }: Words, english: string): string {
  const text = language.value === 'en' ? undefined : wordings.value[texts][code]
  const value = (name: string): string => wordings.value.vocabulary[parameters[name] ?? ''] ?? parameters[name] ?? ''
  return text?.replace(/\{(\w+)\}/g, (_, name: string) => value(name)) ?? english
}

/** A sentence of which the server has told the words; its own text where nobody has worded it. */
export const sentence = (words: Words, english: string): string => worded('sentences', words, english)

/** Why something failed, for the person who asked for it. */
export function faultText(fault: Error): string {
  if (!(fault instanceof ProblemError)) return fault instanceof TypeError ? i18n.global.t('state.offline') : fault.message
  if (fault.misfits.length > 0) {
    return fault.misfits.map((each) => `${each.place.replace(/^body\./, '')}: ${worded('misfits', each, each.detail)}`).join('; ')
  }
  const text = sentence(fault, fault.message)
  return text === fault.message || !fault.place ? text : `${fault.place}: ${text}`
}
