/** The language of the console: zh-CN first and as fallback; the choice is remembered. */
import { computed, shallowRef } from 'vue'
import { createI18n } from 'vue-i18n'
import { chineseWordings, messagesOf, type Messages, type Wordings } from './texts'

export const LANGUAGES = { 'zh-CN': '中文', en: 'English' } as const
export type Language = keyof typeof LANGUAGES

const KEY = 'civicwatt.language'

export const i18n = createI18n<[Messages], Language, false>({
  legacy: false,
  locale: 'zh-CN',
  // No fallback: a language that lacks a text does not pass the checks, and is not fetched for it.
  fallbackLocale: false,
  messages: {} as Record<Language, Messages>,
})

/** Of what the server says in codes, as long as Chinese is shown. */
export const wordings = shallowRef<Wordings>({ vocabulary: {}, sentences: {}, misfits: {} })

export const language = computed<Language>(() => i18n.global.locale.value)

/** The locale of numbers and dates: days before months and 24 hours in English too. */
export const locale = computed(() => (language.value === 'en' ? 'en-GB' : language.value))

function known(tag: string | null | undefined): Language | null {
  return tag === 'zh-CN' || tag === 'en' ? tag : null
}

export function setLanguage(next: Language): Promise<void> {
  localStorage.setItem(KEY, next)
  return apply(next)
}

/** Use the remembered language, else the one the institution has set, else Chinese. */
export function startLanguage(institution?: string): Promise<void> {
  return apply(known(localStorage.getItem(KEY)) ?? known(institution) ?? 'zh-CN')
}

let wanted: Language | undefined

async function apply(next: Language): Promise<void> {
  wanted = next
  if (!i18n.global.availableLocales.includes(next)) {
    const [messages, worded] = await Promise.all([messagesOf(next), next === 'zh-CN' ? chineseWordings() : wordings.value])
    i18n.global.setLocaleMessage(next, messages)
    wordings.value = worded
    if (wanted !== next) return // another was chosen meanwhile
  }
  i18n.global.locale.value = next
  document.documentElement.lang = next
}

/** The name of a place, meter or device in the language shown; the other one where it is empty. */
export function nameOf({ name_zh, name_en }: { name_zh: string; name_en: string }): string {
  return language.value === 'en' ? name_en || name_zh : name_zh || name_en
}
