/** What an alert has seen, as somebody reads it in passing; the evidence has every digit. */
import { formatCount, unitSymbol } from '../format/number'

/** From two days on hours are told as days. [h] */
const LONG_H = 48

const days = (value: number, locale: string): string =>
  new Intl.NumberFormat(locale, { style: 'unit', unit: 'day', unitDisplay: 'long', maximumFractionDigits: 0 }).format(value)

function rounded(value: number, locale: string): string {
  if (Math.abs(value) >= 1000) return formatCount(value, locale).replace('-', '−')
  const digits = Math.abs(value) < 1 ? { maximumFractionDigits: 3 } : { maximumSignificantDigits: 4 }
  return new Intl.NumberFormat(locale, digits).format(value).replace('-', '−')
}

/** A value with its unit: 1,816 kWh, 5.88 kWh, 358 天. */
export function formatMeasure(value: number, unit: string | null, locale: string): string {
  if (unit === 'h' && value >= LONG_H) return days(Math.floor(value / 24), locale)
  return `${rounded(value, locale)} ${unitSymbol(unit === '1' || unit === null ? '' : unit)}`.trim()
}
