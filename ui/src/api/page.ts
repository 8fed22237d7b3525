/** Lists come in pages; nothing of a list that is summed or looked through may be missing without a word. */
import { call, type Call } from './client'
import type { Page } from './types'

const LONGEST = 1000

/** All of a list, by its cursor to the end. */
export async function everyPage<T>(path: string, request: Call = {}): Promise<T[]> {
  const all: T[] = []
  let cursor: string | null | undefined = null
  do {
    const page: Page<T> = await call<Page<T>>('GET', path, { ...request, query: { limit: LONGEST, ...request.query, cursor } })
    all.push(...page.items)
    cursor = page.next
  } while (cursor)
  return all
}
