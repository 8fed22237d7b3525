/** Whole months that something was entered for, and who signed it. */
import { formatDateTime, epochOf, formatMonth } from '../format/instant'
import { addDays } from '../period/zone'

export interface WholeMonths {
  first_month: string
  /** First day of the month after the last. */
  end_month: string | null
}

/** The months from a field for the first and one for the last, which may be empty. */
export const monthsOf = (first: string, last: string): WholeMonths => ({
  first_month: `${first}-01`,
  end_month: last ? `${addDays(`${last}-28`, 4).slice(0, 7)}-01` : null,
})

/** 2026 March – 2026 May */
export function formatMonths({ first_month, end_month }: WholeMonths, noEnd: string, locale: string): string {
  const month = (day: string): string => `${day.slice(0, 4)} ${formatMonth(day, locale)}`
  return `${month(first_month)} – ${end_month ? month(addDays(end_month, -1)) : noEnd}`
}

/** Who, when, and what more they said. */
export const signedBy = (by: string | null, at: string, zone: string, locale: string, ...more: (string | null)[]): string =>
  [by, formatDateTime(epochOf(at), zone, locale), ...more].filter(Boolean).join(' · ')
