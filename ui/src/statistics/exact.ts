/** An amount to its last digit: tables that are handed in are not rounded. */
import { MISSING } from '../format/number'

const formats = new Map<string, Intl.NumberFormat>()

export function exact(text: string | null, locale: string): string {
  if (text === null) return MISSING
  let found = formats.get(locale)
  if (!found) formats.set(locale, (found = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 })))
  return found.format(Number(text)).replace('-', '−')
}
