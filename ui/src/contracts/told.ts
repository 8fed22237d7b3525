/** What a statement says, in the words of the person who looks at it; what is signed is the English text. */
import { useI18n } from 'vue-i18n'
import { epochOf, formatDateTime } from '../format/instant'
import { locale } from '../i18n/language'
import { session } from '../state/session'
import type { Instant } from '../api/types'

/** When something was done, in the zone of the person who looks at it. */
export const toldAt = (instant: Instant): string => formatDateTime(epochOf(instant), session.value?.zone ?? 'UTC', locale.value)

/** A formula or a remark: the text that is signed, or the same in Chinese. */
export const said = (english: string, chinese: string): string => (locale.value === 'zh-CN' ? chinese : english)

/** Names of the facts that most contracts follow, and of their units; others stand as the contract has them. */
export function useFactNames(): (code: string) => string {
  const { t, te } = useI18n()
  return (code) => (te(`contracts.facts.${code}`) ? t(`contracts.facts.${code}`) : code)
}
