/** Figures of displaced fuel as a person reads them, and what is assumed in them. */
import type { DisplacementLedger } from '../api/fleetMoney'
import { formatQuantity } from '../money/amount'

/** Kilograms in tonnes, to the kilogram. */
export const tonnes = (kilograms: string, locale: string): string => formatQuantity(String(Number(kilograms) / 1000), locale)

/** A reduction as a change: cheaper is below zero. */
export function percent(reduction: string, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: 'exceptZero' })
  return format.format(-Number(reduction)).replace('-', '−')
}

/** Names of what is not measured in a ledger, and of what is not known; `measured` alone where nothing is. */
export function assumptions(ledger: DisplacementLedger): string[] {
  const found = [
    ...(ledger.litres !== null && !ledger.litres_measured ? ['baseline'] : []),
    ...(Number(ledger.assumed_kwh) > 0 ? ['energy'] : []),
    ...(Number(ledger.assumed_cny) > 0 ? ['price'] : []),
    ...(ledger.trips_estimated > 0 ? ['trips'] : []),
    ...ledger.lacking.map((word) => `lacks_${word}`),
  ]
  return found.length > 0 ? found : ['measured']
}
