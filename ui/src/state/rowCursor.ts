/** The selected row of a list: j and k move it, and it stays in sight. */
import { ref, watch, type Ref } from 'vue'
import { useKeys } from './keyboard'

export function useRowCursor(count: () => number): Ref<number> {
  const at = ref(0)

  function move(by: number): void {
    at.value = Math.max(0, Math.min(count() - 1, at.value + by))
    requestAnimationFrame(() => document.querySelector('tr[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }))
  }

  watch(count, (now) => (at.value = Math.min(at.value, Math.max(0, now - 1))))
  useKeys([
    { press: 'j', says: 'keys.down', run: () => move(1) },
    { press: 'k', says: 'keys.up', run: () => move(-1) },
  ])
  return at
}
