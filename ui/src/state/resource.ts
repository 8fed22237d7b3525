/** Something that the server holds, followed by a key: loaded again when the key changes or on demand. */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { ProblemError } from '../api/client'

export interface Resource<T> {
  /** The last answer. It stays, dimmed by `loading`, until the next one is there. */
  data: ShallowRef<T | null>
  error: ShallowRef<Error | null>
  loading: Ref<boolean>
  refresh: () => Promise<void>
}

/** `key` null means: nothing to ask for yet. */
export function useResource<K, T>(key: () => K | null, load: (key: K, signal: AbortSignal) => Promise<T>): Resource<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<Error | null>(null)
  const loading = ref(false)
  let running: AbortController | null = null

  async function refresh(): Promise<void> {
    const wanted = key()
    running?.abort()
    if (wanted === null) return
    const mine = new AbortController()
    running = mine
    try {
      const answer = await load(wanted, mine.signal)
      if (running !== mine) return
      data.value = answer
      error.value = null
    } catch (failure) {
      if (running !== mine) return
      error.value = failure instanceof Error ? failure : new Error(String(failure))
      // Refused is final: what was shown before must not stay. A lost connection keeps it, greyed.
      if (failure instanceof ProblemError && failure.status < 500) data.value = null
    } finally {
      if (running === mine) loading.value = false
    }
  }

  watch(
    () => JSON.stringify(key()),
    () => {
      loading.value = key() !== null
      void refresh()
    },
    { immediate: true },
  )
  onScopeDispose(() => running?.abort())
  return { data, error, loading, refresh }
}
