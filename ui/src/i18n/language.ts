/** The language of the console: zh-CN first and as fallback; the choice is remembered. */
import { computed } from 'vue'
import { createI18n } from 'vue-i18n'
import en from '../locales/en.json'
import zhCN from '../locales/zh-CN.json'

export const LANGUAGES = { 'zh-CN': '中文', en: 'English' } as const
export type Language = keyof typeof LANGUAGES

const KEY = 'civicwatt.language'

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zhCN, en },
})

export const language = computed<Language>(() => i18n.global.locale.value)

/** The locale of numbers and dates: days before months and 24 hours in English too. */
export const locale = computed(() => (language.value === 'en' ? 'en-GB' : language.value))

function known(tag: string | null | undefined): Language | null {
  return tag === 'zh-CN' || tag === 'en' ? tag : null
}

export function setLanguage(next: Language): void {
  localStorage.setItem(KEY, next)
  apply(next)
}

/** Use the remembered language, else the one the institution has set, else Chinese. */
export function startLanguage(institution?: string): void {
  apply(known(localStorage.getItem(KEY)) ?? known(institution) ?? 'zh-CN')
}

function apply(next: Language): void {
  i18n.global.locale.value = next
  document.documentElement.lang = next
}

/** The name of a place, meter or device in the language shown; the other one where it is empty. */
export function nameOf({ name_zh, name_en }: { name_zh: string; name_en: string }): string {
  return language.value === 'en' ? name_en || name_zh : name_zh || name_en
}
