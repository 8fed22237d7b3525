/** A list that is shown page by page, further on demand; it begins anew when its key changes. */
import { shallowRef, type Ref, type ShallowRef } from 'vue'
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
    const page = await load(wanted, null, signal)
    items.value = page.items
    next.value = page.next ?? null
    shown = JSON.stringify(wanted)
  })

  async function more(): Promise<void> {
    const wanted = key()
    loading.value = true
    try {
      const page = await load(wanted, next.value)
      // Another list may have been chosen meanwhile; this page is not of it.
      if (JSON.stringify(wanted) !== shown) return
      items.value = [...(items.value ?? []), ...page.items]
      next.value = page.next ?? null
    } catch (failure) {
      error.value = failure instanceof Error ? failure : new Error(String(failure))
    } finally {
      loading.value = false
    }
  }

  return { items, error, loading, next, more, refresh }
}
