/** The buildings and organisations within the person's scope, loaded once per session. */
import { shallowRef } from 'vue'
import { buildings as loadBuildings, organisations as loadOrganisations } from '../api/resources'
import type { Building, Organisation } from '../api/types'

export const buildings = shallowRef<Building[] | null>(null)
export const organisations = shallowRef<Organisation[] | null>(null)

const LAST = 'civicwatt.building'
let loading: Promise<void> | null = null

export function loadPlaces(): Promise<void> {
  loading ??= Promise.all([loadBuildings(), loadOrganisations()]).then(
    ([foundBuildings, foundOrganisations]) => {
      buildings.value = foundBuildings
      organisations.value = foundOrganisations
    },
    (failure: unknown) => {
      loading = null
      throw failure
    },
  )
  return loading
}

export function forgetPlaces(): void {
  loading = null
  buildings.value = null
  organisations.value = null
}

export function rememberBuilding(id: number): void {
  localStorage.setItem(LAST, String(id))
}

/** The building looked at last, else the first one; null when the scope holds none. */
export function homeBuilding(): number | null {
  const last = Number(localStorage.getItem(LAST))
  const all = buildings.value ?? []
  return (all.find(({ id }) => id === last) ?? all[0])?.id ?? null
}
