/** The meters whose sum is the use of a place. The server says which; this is its rule, until it has answered. */
import type { Meter, MeterRole } from '../api/types'

const UPPER: readonly MeterRole[] = ['gateway', 'main']

/** Gateway and main meters with no other meter of the place above them. */
export function uppermost(meters: readonly Meter[]): Meter[] {
  const byId = new Map(meters.map((meter) => [meter.id, meter]))
  return meters.filter(({ role, parent_id }) => UPPER.includes(role) && !byId.has(parent_id ?? -1))
}
