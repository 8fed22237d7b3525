/** Choices of a page that live in its address, so that any view is a link. */
import { useRoute, useRouter } from 'vue-router'

export interface Address {
  text: (name: string) => string
  /** The one of `options` that stands there, else the first. */
  one: <T extends string>(name: string, options: readonly [T, ...T[]]) => T
  set: (change: Record<string, string | undefined>) => void
}

export function useAddress(): Address {
  const route = useRoute()
  const router = useRouter()
  const text = (name: string): string => String(route.query[name] ?? '')
  return {
    text,
    one: (name, options) => options.find((each) => each === text(name)) ?? options[0],
    set: (change) => void router.replace({ query: { ...route.query, ...change } }),
  }
}
