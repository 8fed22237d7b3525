/** A signed statement beside the one that is proposed in its place, line by line. */
import type { Side, StatementWhole } from '../api/statements'

export interface Pair {
  side: Side
  code: string
  before: string | null
  after: string | null
  /** To the cent; null where one of the two is missing. */
  difference: string | null
}

type Told = Pick<StatementWhole, 'lines' | 'payment'> & { totals: Pick<StatementWhole['totals'][number], 'symbol' | 'amount'>[] }

const CENTS = 100
/** Amounts have two decimals and fewer than 14 digits before them: whole cents are exact numbers. */
const cents = (text: string): number => Math.round(Number(text) * CENTS)

export function difference(before: string | null, after: string | null): string | null {
  return before === null || after === null ? null : ((cents(after) - cents(before)) / CENTS).toFixed(2)
}

/** What the provider gets; below zero it pays. */
export function toProvider({ payment }: Pick<StatementWhole, 'payment'>): string | null {
  if (!payment) return null
  return payment.payee === 'provider' ? payment.amount : difference(payment.amount, '0')
}

/** Only what differs; a line that one of the two does not have is missing there. */
export function compare(before: Told, after: Told): Pair[] {
  const amounts = (told: Told): Map<string, string | null> =>
    new Map([
      ...told.lines.map(({ side, code, amount }) => [`${side} ${code}`, amount] as const),
      ...told.totals.map(({ symbol, amount }) => [`total ${symbol}`, amount] as const),
      ['total payment', toProvider(told)] as const,
    ])
  const [old, now] = [amounts(before), amounts(after)]
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((key) => {
      const [side = '', ...code] = key.split(' ')
      const [was, is] = [old.get(key) ?? null, now.get(key) ?? null]
      return { side: side as Pair['side'], code: code.join(' '), before: was, after: is, difference: difference(was, is) }
    })
    .filter((each) => each.difference === null ? each.before !== each.after : Number(each.difference) !== 0)
}
