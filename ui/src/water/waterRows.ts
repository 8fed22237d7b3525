/** The lines of the water table: each place, and below a building its meters. */
import type { PlaceWater, WaterMeter } from '../api/water'

export interface WaterRow {
  /** As it stands in the address. */
  key: string
  place: PlaceWater
  /** Null: the place as a whole. */
  meter: WaterMeter | null
}

/** A place that holds others tells only of itself: its meters stand with the building they hang in. */
export function waterRows(places: readonly PlaceWater[]): WaterRow[] {
  const built = new Set(places.filter(({ kind }) => kind === 'building').flatMap(({ meters }) => meters.map(({ id }) => id)))
  return places.flatMap((place) => [
    { key: `p${place.id}`, place, meter: null },
    ...place.meters.filter(({ id }) => place.kind === 'building' || !built.has(id)).map((meter) => ({ key: `m${meter.id}`, place, meter })),
  ])
}

/** What submeters leave over below the uppermost meters: the first remainder; null where nothing hangs below. */
export function unmetered({ rests, meters }: PlaceWater): { amount: number; share: number | null } | null {
  if (meters.length < 2) return null
  const [rest] = rests
  return !rest || rest.unmetered === null ? null : { amount: rest.unmetered, share: rest.unmetered_share }
}
