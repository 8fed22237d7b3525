/** Figures of the fleet that stand in the strip above its page. */
import type { DisplacementLedger, VehicleUse } from '../api/fleetMoney'

/** Without these, energy or distance is not the whole. */
const NEEDED = ['charge_energy', 'efficiency', 'distance', 'being_cut', 'coverage', 'order_or_charge', 'energy_balance']

/** Energy at the meter over electric kilometres; null while energy of charges lacks, or nothing was driven. [kWh/100 km] */
export function kwhPer100({ electric_km, pile_kwh, order_kwh, assumed_kwh, lacking }: Pick<DisplacementLedger, 'electric_km' | 'pile_kwh' | 'order_kwh' | 'assumed_kwh' | 'lacking'>): number | null {
  const kwh = Number(pile_kwh) + Number(order_kwh) + Number(assumed_kwh)
  const km = Number(electric_km)
  return km > 0 && kwh > 0 && !lacking.some((word) => NEEDED.includes(word)) ? (100 * kwh) / km : null
}

/** Days used of days of which anything is known, trips and kilometres of all vehicles; share null where nothing is known. */
export function used(uses: readonly VehicleUse[]) {
  const sum = (value: (use: VehicleUse) => number): number => uses.reduce((all, use) => all + value(use), 0)
  const known = sum(({ days_known }) => days_known)
  const days = sum(({ days_used }) => days_used)
  return { km: sum(({ km }) => Number(km)), withoutKm: sum(({ trips_without_km }) => trips_without_km), trips: sum(({ trips }) => trips), used: days, known, share: known > 0 ? days / known : null }
}
