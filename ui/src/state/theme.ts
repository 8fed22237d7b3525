/** Light or dark: the system's wish until the person chooses; the choice is remembered. */
import { ref } from 'vue'

export type Theme = 'light' | 'dark'

const KEY = 'civicwatt.theme'

export const theme = ref<Theme>('light')

export function startTheme(): void {
  const saved = localStorage.getItem(KEY)
  const system = matchMedia('(prefers-color-scheme: dark)')
  apply(saved === 'light' || saved === 'dark' ? saved : system.matches ? 'dark' : 'light')
  system.addEventListener('change', ({ matches }) => {
    if (localStorage.getItem(KEY) === null) apply(matches ? 'dark' : 'light')
  })
}

export function toggleTheme(): void {
  const next = theme.value === 'dark' ? 'light' : 'dark'
  localStorage.setItem(KEY, next)
  apply(next)
}

function apply(next: Theme): void {
  theme.value = next
  document.documentElement.dataset.theme = next
}

/** The value of a colour token as the theme has it now, for canvases that know no CSS. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}
