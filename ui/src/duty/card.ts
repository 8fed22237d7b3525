/** The card of a rule in the language shown. */
import type { RuleCard } from '../api/duty'
import { language } from '../i18n/language'

export const cardName = (card: RuleCard): string => (language.value === 'en' ? card.name_en : card.name_zh)
export const cardSteps = (card: RuleCard): readonly string[] => (language.value === 'en' ? card.steps_en : card.steps_zh)
