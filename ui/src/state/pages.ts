/** A list that is shown page by page, further on demand; it begins anew when its key changes. */
import { shallowRef, type Ref, type ShallowRef } from 'vue'
import { ProblemError } from '../api/client'
import type { Page } from '../api/types'
import { useResource } from './resource'

export interface Pages<T> {
  items: ShallowRef<T[] | null>
  error: ShallowRef<Error | null>
  loading: Ref<boolean>
  next: ShallowRef<string | null>
  more: () => Promise<void>
  refresh: () => Promise<void>
}

export function usePages<K, T>(
  key: () => K,
  load: (key: K, cursor: string | null, signal?: AbortSignal) => Promise<Page<T>>,
): Pages<T> {
  const items = shallowRef<T[] | null>(null)
  const next = shallowRef<string | null>(null)
  let shown = ''

  const { error, loading, refresh } = useResource(key, async (wanted, signal) => {
    try {
      await loadAnew(wanted, signal)
    } catch (failure) {
      // Refused is final: rows that may no longer be seen must not stay.
      if (failure instanceof ProblemError && failure.status < 500) {
        items.value = null
        next.value = null
      }
      throw failure
    }
  })

  async function loadAnew(wanted: K, signal: AbortSignal): Promise<void> {
    // Looked at again, a list stays as long as it was paged through.
    const least = JSON.stringify(wanted) === shown ? (items.value?.length ?? 0) : 0
    let page = await load(wanted, null, signal)
    const found = [...page.items]
    while (page.next && found.length < least) {
      page = await load(wanted, page.next, signal)
      found.push(...page.items)
    }
    items.value = found
    next.value = page.next ?? null
    shown = JSON.stringify(wanted)
  }

  async function more(): Promise<void> {
    const wanted = key()
    const from = next.value
    loading.value = true
    try {
      const page = await load(wanted, from)
      // Another list may have been chosen meanwhile, or this one loaded again; the page does not go on from there.
      if (JSON.stringify(wanted) !== shown || next.value !== from) return
      items.value = [...(items.value ?? []), ...page.items]
      next.value = page.next ?? null
      error.value = null
    } catch (failure) {
      error.value = failure instanceof Error ? failure : new Error(String(failure))
    } finally {
      loading.value = false
    }
  }

  return { items, error, loading, next, more, refresh }
}
