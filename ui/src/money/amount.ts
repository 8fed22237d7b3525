/** Money, prices and times of day as a person reads them. */
import { MISSING } from '../format/number'

const formats = new Map<string, Intl.NumberFormat>()

function show(text: string | null, locale: string, digits: [number, number], signed = false): string {
  if (text === null) return MISSING
  const key = `${locale} ${digits.join()} ${signed}`
  let found = formats.get(key)
  if (!found) {
    found = new Intl.NumberFormat(locale, {
      minimumFractionDigits: digits[0], maximumFractionDigits: digits[1], signDisplay: signed ? 'exceptZero' : 'auto',
    })
    formats.set(key, found)
  }
  return found.format(Number(text)).replace('-', '−')
}

/** To the cent. [CNY] */
export const formatAmount = (text: string | null, locale: string): string => show(text, locale, [2, 2])
export const formatDifference = (text: string | null, locale: string): string => show(text, locale, [2, 2], true)
/** How a sum of money is called in the language. */
export const currencyOf = (locale: string): string => (locale.startsWith('zh') ? '元' : '¥')
/** To the cent, with its currency. */
export const formatMoney = (text: string, locale: string): string => `${formatAmount(text, locale)} ${currencyOf(locale)}`
/** As announced: four digits, more only where there are more. [CNY/unit] */
export const formatPrice = (text: string | null, locale: string): string => show(text, locale, [4, 6])
export const formatQuantity = (text: string | null, locale: string): string => show(text, locale, [0, 3])
export const formatChange = (text: string | null, locale: string): string => show(text, locale, [0, 3], true)

/** 09:00; the end of the day is 24:00. [min from midnight] */
export function clock(minute: number): string {
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}
