/** Keys that work everywhere on a page, and the list of them that `?` shows. */
import { onScopeDispose, shallowReactive } from 'vue'

export interface Key {
  /** One key as the browser names it, or two with a space between: 'g b'. */
  press: string
  /** Key of its description in the locales. */
  says: string
  run: () => void
}

const SECOND_KEY_MS = 1_200

export const keys = shallowReactive(new Set<Key>())

/** Keys of a page stand for as long as its component lives. */
export function useKeys(mine: readonly Key[]): void {
  for (const key of mine) keys.add(key)
  onScopeDispose(() => {
    for (const key of mine) keys.delete(key)
  })
}

let first = ''
let firstAt = 0

/** Radio buttons and the like take arrows and space only; every other key stays free. */
const NOT_TYPED = /^(radio|checkbox|button|submit)$/

/** Does the control that has the focus want this key for itself? */
function isTaken({ key, target }: KeyboardEvent): boolean {
  if (key === 'Enter' && target instanceof HTMLElement && /^(A|BUTTON)$/.test(target.tagName)) return true
  if (target instanceof HTMLInputElement) return !NOT_TYPED.test(target.type)
  return target instanceof HTMLElement && (target.isContentEditable || /^(SELECT|TEXTAREA)$/.test(target.tagName))
}

function press(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTaken(event)) return
  const pair = event.timeStamp - firstAt < SECOND_KEY_MS ? `${first} ${event.key}` : ''
  ;[first, firstAt] = [event.key, event.timeStamp]
  // The last one registered wins, so that a dialog may take a key from the page below it.
  const all = [...keys].reverse()
  const found = all.find((key) => key.press === pair) ?? all.find((key) => key.press === event.key)
  if (!found) return
  event.preventDefault()
  first = ''
  found.run()
}

export function startKeyboard(): void {
  window.addEventListener('keydown', press)
}
