/** Which charges an order may be said to be for. */
import type { UnpaidCharge, VehicleOrder } from '../api/fleetMoney'
import { epochOf } from '../format/instant'

/** The API takes a charge this near alone, so that each month that asks for either finds both. [s] */
const WITHIN_S = 7 * 86_400

type Chosen = Pick<UnpaidCharge, 'id' | 'start_at' | 'end_at' | 'kwh'>

/** Charges of the order's vehicle that no order pays, within a week, the nearest first. */
export function chargesFor(order: VehicleOrder, unpaid: readonly UnpaidCharge[]): Chosen[] {
  const off = ({ start_at, end_at }: Chosen): number => Math.max(epochOf(start_at) - epochOf(order.until ?? order.at), epochOf(order.at) - epochOf(end_at), 0)
  return unpaid.filter((each) => each.vehicle_id === order.vehicle_id && off(each) <= WITHIN_S).sort((one, other) => off(one) - off(other))
}
