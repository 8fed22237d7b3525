/** Numbers as a person reads them. Missing is shown as a dash, never as zero. */

export const MISSING = '—'

/** Units as in print: kgCO₂/m², m³/h, °C. Unknown ones as they come. */
export function unitSymbol(unit: string): string {
  return unit.replace(/\bm([23])\b/g, (_, power) => (power === '2' ? 'm²' : 'm³')).replace('CO2', 'CO₂').replace(/^degC$/, '°C')
}

/** Four significant digits or so: 0.123, 1.23, 12.3, 1,234.5, 12,345. */
function fractionDigits(size: number): number {
  if (size >= 10_000) return 0
  if (size >= 10) return 1
  if (size >= 1) return 2
  return 3
}

const formats = new Map<string, Intl.NumberFormat>()

function format(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale + JSON.stringify(options)
  let found = formats.get(key)
  if (!found) formats.set(key, (found = new Intl.NumberFormat(locale, options)))
  return found
}

export function formatValue(value: number | null | undefined, locale: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING
  const digits = value === 0 ? 0 : fractionDigits(Math.abs(value))
  return minus(format(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value))
}

/** A mark on an axis: 200 and 1.5, not 200.0 and 1.50. */
export function formatMark(value: number, locale: string): string {
  return minus(format(locale, { maximumSignificantDigits: 6 }).format(value))
}

/** As it was read, to the third decimal at most: a register is not rounded to four digits. */
export function formatReading(value: number, locale: string): string {
  return minus(format(locale, { maximumFractionDigits: 3 }).format(value))
}

export function formatCount(value: number, locale: string): string {
  return format(locale, { maximumFractionDigits: 0 }).format(value)
}

/** A share of 0..1 as percent with one digit. 99.96 % does not become 100 %. */
export function formatShare(share: number | null | undefined, locale: string): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return MISSING
  const shown = share < 1 ? Math.min(share, 0.999) : share
  const whole = shown >= 1 || shown === 0
  return minus(format(locale, { style: 'percent', maximumFractionDigits: whole ? 0 : 1 }).format(shown))
}

/** Change from `then` to `now` as a signed share, null where it has no meaning. */
export function change(now: number | null, then: number | null): number | null {
  return now === null || then === null || then <= 0 ? null : now / then - 1
}

export function formatChange(share: number, locale: string): string {
  const options = { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' } as const
  return minus(format(locale, options).format(share))
}

/** The hyphen of keyboards is shorter than a digit; the minus sign is not. */
function minus(text: string): string {
  return text.replace('-', '−')
}
