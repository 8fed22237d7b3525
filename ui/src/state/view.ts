/** What is being looked at, kept in the address alone, so that any view is a link. */
import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'
import type { Span } from '../api/resources'
import type { Medium } from '../api/types'
import { COMPARISONS, readPeriod, writePeriod, type Comparison, type Period } from '../period/period'
import { localDate } from '../period/zone'
import { now } from './clock'

export const MEDIA: readonly Medium[] = ['electricity', 'water', 'gas', 'heat', 'cooling']

export interface View {
  period: ComputedRef<Period>
  medium: ComputedRef<Medium | null>
  meter: ComputedRef<number | null>
  zoom: ComputedRef<Span | null>
  comparison: ComputedRef<Comparison | null>
  set: (change: LocationQueryRaw) => void
  setPeriod: (period: Period) => void
}

/** The local day only, so that the ticking clock does not renew everything that follows the period. */
export function useToday(zone: () => string): ComputedRef<string> {
  return computed(() => localDate(now.value, zone()))
}

export function useView(zone: () => string): View {
  const route = useRoute()
  const router = useRouter()
  const today = useToday(zone)

  function set(change: LocationQueryRaw): void {
    void router.replace({ query: { ...route.query, ...change } })
  }

  return {
    period: computed(() => readPeriod(route.query, today.value)),
    medium: computed(() => MEDIA.find((medium) => medium === route.query.medium) ?? null),
    meter: computed(() => wholeNumber(route.query.meter)),
    zoom: computed(() => readZoom(route.query.zoom)),
    comparison: computed(() => COMPARISONS.find((each) => each === route.query.compare) ?? null),
    set,
    setPeriod: (period) => void router.push({ query: { ...route.query, ...writePeriod(period), zoom: undefined } }),
  }
}

function wholeNumber(text: unknown): number | null {
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : null
}

function readZoom(text: unknown): Span | null {
  const [from, to] = typeof text === 'string' ? text.split('-').map(Number) : []
  return from && to && to > from ? { from, to } : null
}
