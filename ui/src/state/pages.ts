/** A list that is shown page by page, further on demand. */
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

export function usePages<T>(load: (cursor: string | null, signal?: AbortSignal) => Promise<Page<T>>): Pages<T> {
  const items = shallowRef<T[] | null>(null)
  const next = shallowRef<string | null>(null)

  const { error, loading, refresh } = useResource(
    () => true,
    async (_, signal) => {
      const page = await load(null, signal)
      items.value = page.items
      next.value = page.next ?? null
    },
  )

  async function more(): Promise<void> {
    loading.value = true
    try {
      const page = await load(next.value)
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
