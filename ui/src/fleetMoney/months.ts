/** Months and place that the pages of the fleet's money and use are about, kept in the address. */
import { computed, type ComputedRef } from 'vue'
import type { FleetMonths } from '../api/fleetMoney'
import { localDate } from '../period/zone'
import { useAddress } from '../state/address'
import { organisations } from '../state/places'
import { useScope, type Scope } from '../state/scope'
import { session } from '../state/session'

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/

/** 'YYYY-MM' of the month before a local day: the newest that is over. */
export function lastMonth(today: string): string {
  const [year = 0, month = 0] = today.split('-').map(Number)
  return month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, '0')}`
}

export function inOrder(one: string, other: string): [string, string] {
  return one <= other ? [one, other] : [other, one]
}

/** Everything the person may see hangs below the topmost place; null until the places are there. */
export const topPlace = computed(() => {
  const all = organisations.value ?? []
  const ids = new Set(all.map((each) => each.id))
  return all.find((each) => each.parent_id === null || !ids.has(each.parent_id))?.id ?? null
})

export interface FleetScope extends Scope {
  first: ComputedRef<string>
  last: ComputedRef<string>
  /** Null until the places are there. */
  wanted: ComputedRef<FleetMonths | null>
  pick: (end: 'from' | 'to', month: string) => void
  zone: ComputedRef<string>
}

export function useFleetMonths(): FleetScope {
  const scope = useScope()
  const { text, set } = useAddress()
  const zone = computed(() => session.value?.zone ?? 'UTC')
  const newest = computed(() => lastMonth(localDate(Date.now() / 1000, zone.value)))
  const chosen = (name: string): string => (MONTH.test(text(name)) ? text(name) : newest.value)
  const ends = computed(() => inOrder(chosen('from'), chosen('to')))
  const wanted = computed(() => {
    const place = scope.organisation.value ?? topPlace.value
    return place === null ? null : { place, first_month: `${ends.value[0]}-01`, last_month: `${ends.value[1]}-01` }
  })
  return {
    ...scope,
    first: computed(() => ends.value[0]),
    last: computed(() => ends.value[1]),
    wanted,
    pick: (end, month) => set({ from: ends.value[0], to: ends.value[1], [end]: month }),
    zone,
  }
}
