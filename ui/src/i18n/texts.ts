/** Texts of a language: files beside the program, fetched when the language is first shown. */
import enUrl from '../locales/en.json?url'
import sentencesUrl from '../locales/sentences.zh-CN.json?url'
import zhUrl from '../locales/zh-CN.json?url'

export type Messages = typeof import('../locales/zh-CN.json')

type Texts = Readonly<Record<string, string | undefined>>
/** What the server says in codes, in Chinese; English is the server's own text. */
export interface Wordings {
  vocabulary: Texts
  sentences: Texts
  misfits: Texts
}

async function fetched<T>(url: string): Promise<T> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url}: ${answer.status}, want the texts of a language`)
  return (await answer.json()) as T
}

export const messagesOf = (language: 'zh-CN' | 'en'): Promise<Messages> => fetched(language === 'en' ? enUrl : zhUrl)
export const chineseWordings = (): Promise<Wordings> => fetched(sentencesUrl)
