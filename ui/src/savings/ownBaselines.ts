import { baselines, type Baseline } from '../api/baselines'
import type { Subject } from '../api/placeUse'

/** Baselines of just this place or meter that are still wanted, the newest first. */
export async function ownBaselines({ place, medium, meter }: Subject, signal: AbortSignal): Promise<Baseline[]> {
  const every = await baselines(place, medium, signal)
  return every.filter((each) => each.place_code === place && each.meter_id === meter && each.ended_because === null)
}

/** The one that is looked at: by its id, else the newest. */
export function lookedAt(own: readonly Baseline[], id: string): Baseline | null {
  return own.find((each) => String(each.id) === id) ?? own[0] ?? null
}
