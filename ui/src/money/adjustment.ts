/** A power-factor table as rows of a printed one: from the best power factor down to the worst. */
import type { PowerFactorTable } from '../api/money'

export interface AdjustmentRow {
  from: string
  until: string
  /** For each 0.01 of power factor; below zero takes off. [%] */
  each: number
  /** At `until`. [%] */
  inAll: number
}

const STEP = 0.01

export function adjustmentRows(table: Pick<PowerFactorTable, 'standard' | 'reduction' | 'surcharge'>): AdjustmentRow[] {
  const walk = (steps: PowerFactorTable['reduction'], sign: number): AdjustmentRow[] => {
    let from = table.standard
    let inAll = 0
    return steps.map(({ until, percent }) => {
      const each = sign * Number(percent)
      inAll += each * Math.round(Math.abs(Number(until) - Number(from)) / STEP)
      const row = { from, until, each, inAll }
      from = until
      return row
    })
  }
  return [...walk(table.reduction, -1).reverse(), ...walk(table.surcharge, 1)]
}

/** Percent with its sign, to hundredths. */
export const formatRate = (percent: number, locale: string): string =>
  `${new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: 'exceptZero' }).format(percent).replace('-', '−')} %`
