/** How warm rooms were, day by day, as the contract's file would hold it. */
import { persons } from './kpiEntry'

export interface RefundEntry {
  refund: string
  source: string
  days: Record<string, string>
  signed_by: string[]
}
export interface TypedRefund {
  days: string
  source: string
  signed: string
}

const DAY = /^(\d{4}-\d{2}-\d{2})[\s,;]+(-?\d{1,3}(?:\.\d{1,3})?)$/

export const isEmpty = ({ days, source, signed }: TypedRefund): boolean => ![days, source, signed].some((each) => each.trim())

/** Null where it is not whole yet: a line that is no day of the month, a day twice, no source, not two persons. */
export function refundEntry(refund: string, month: string, { days, source, signed }: TypedRefund): RefundEntry | null {
  const rows = days.split('\n').map((each) => each.trim()).filter(Boolean).map((each) => DAY.exec(each))
  const told = rows.flatMap((row) => (row?.[1]?.startsWith(`${month}-`) && row[2] !== undefined ? [[row[1], row[2]] as const] : []))
  const signed_by = persons(signed)
  const right = told.length === rows.length && new Set(told.map(([day]) => day)).size === rows.length && rows.length > 0
  return right && source.trim() && signed_by.length === 2 && new Set(signed_by).size === 2 ? { refund, source: source.trim(), days: Object.fromEntries(told), signed_by } : null
}

/** What was entered before, to be gone over again. */
export const typedRefund = (entry: RefundEntry | undefined): TypedRefund => ({
  days: Object.entries(entry?.days ?? {}).map((each) => each.join(' ')).join('\n'),
  source: entry?.source ?? '',
  signed: entry?.signed_by.join(', ') ?? '',
})
