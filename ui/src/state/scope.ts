/** The organisation whose part of the house a page shows, kept in the address. */
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { organisationPlaces, pathOf, type Place } from '../figures/places'
import { nameOf } from '../i18n/language'
import type { TrailStep } from '../parts/PageHead.vue'
import { useAddress } from './address'
import { loadPlaces, organisations } from './places'
import { useResource } from './resource'

export interface Scope {
  /** Null for everything the person may see. */
  organisation: ComputedRef<number | null>
  places: ComputedRef<Place[]>
  trail: ComputedRef<TrailStep[]>
  go: (organisation: number | null) => void
  placeName: (id: number | null) => string
}

export function useScope(): Scope {
  const { t } = useI18n()
  const { text, set } = useAddress()
  useResource(() => true, loadPlaces)

  const organisation = computed(() => Number(text('organisation')) || null)
  const byId = computed(() => new Map((organisations.value ?? []).map((each) => [each.id, each])))
  const go = (to: number | null): void => set({ organisation: to === null ? undefined : String(to) })

  return {
    organisation,
    places: computed(() => organisationPlaces(organisations.value ?? [], nameOf)),
    trail: computed(() => {
      const here = byId.value.get(organisation.value ?? -1)
      const all = { text: t('head.everything'), go: () => go(null) }
      if (!here) return [{ text: all.text }]
      const above = pathOf(here, byId.value).map((step) => ({ text: nameOf(step), go: () => go(step.id) }))
      return [all, ...above, { text: nameOf(here) }]
    }),
    go,
    placeName: (id) => {
      const found = byId.value.get(id ?? -1)
      return found ? nameOf(found) : ''
    },
  }
}
