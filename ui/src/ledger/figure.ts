/** Amounts of a ledger as a person reads them: nothing rounded away, money to the cent. */
import type { Figure, MediumFigures, Obstacle } from '../api/ledger'
import { MISSING, unitSymbol } from '../format/number'
import { currencyOf, formatAmount, formatDifference, formatQuantity } from '../money/amount'

export function formatFigure(figure: Figure | null | undefined, locale: string): string {
  if (!figure) return MISSING
  const shown = figure.unit === 'CNY' ? formatAmount(figure.amount, locale) : formatQuantity(figure.amount, locale)
  return `${shown} ${unitOf(figure.unit, locale)}`
}

export function formatChange(text: string | null, unit: string, locale: string): string {
  if (text === null) return MISSING
  const shown = unit === 'CNY' ? formatDifference(text, locale) : (Number(text) > 0 ? '+' : '') + formatQuantity(text, locale)
  return `${shown} ${unitOf(unit, locale)}`
}

const unitOf = (unit: string, locale: string): string => (unit === 'CNY' ? currencyOf(locale) : unitSymbol(unit))

/** Whether anything is known of a medium: no interval of any meter is not a use of zero. */
export const isKnown = ({ counted_by: by, meters, plant }: MediumFigures): boolean =>
  by === 'entry' || [...meters, ...(plant?.meters ?? [])].some(({ grades }) => grades.length > 0)

/** Where something that stands against closing can be mended; null where nobody can. */
export function mendedAt({ kind, place, first_day }: Obstacle): { name: string; query: Record<string, string> } | null {
  if (kind.startsWith('calendar')) return { name: 'calendar', query: { year: first_day.slice(0, 4) } }
  if (kind.startsWith('factor')) return { name: 'factors', query: kind === 'factor_unchecked' ? { q: place } : {} }
  if (kind.startsWith('cost') || kind.startsWith('price')) return { name: 'tariffs', query: { month: first_day.slice(0, 7) } }
  if (kind === 'area_missing' || kind === 'headcount_missing') return { name: 'facts', query: {} }
  if (kind === 'entry_missing') return { name: 'entries', query: {} }
  if (kind === 'hours_missing' || kind === 'estimated' || kind === 'not_computed') return { name: 'quality', query: {} }
  return null
}

/** The month before or after 'YYYY-MM'. */
export function monthBeside(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7)
}
