/** Water of a place and its buildings, and the suspicions of leaks there. Volumes in m³, flows in m³/h. */
import type { Days } from './placeUse'
import type { Alert } from './alerts'
import { call } from './client'
import { everyPage } from './page'
import type { BalanceRest } from './tree'
import type { Named } from './types'

export interface NightsInShort {
  usual: number | null
  /** Per day; null below ten nights. */
  slope: number | null
  last_day: string | null
  last: number | null
  whole: number
  nights: number
}

export interface WaterMeter extends Named {
  id: number
  code: string
  use: number | null
  known_s: number
  night: NightsInShort
}

export interface PlaceWater extends Named {
  id: number
  code: string
  kind: string
  use: number | null
  covered: number
  mean_flow: number | null
  night_share: number | null
  night: NightsInShort
  rests: BalanceRest[]
  meters: WaterMeter[]
}

export const water = async ({ place, days }: { place: string; days: Days }, signal?: AbortSignal) =>
  (
    await call<{ places: PlaceWater[] }>('GET', '/water', {
      query: { organisation: place, first_day: days.first, end_day: days.end },
      ...(signal && { signal }),
    })
  ).places

/** Of the rule that watches the nights, at a place and below it. */
export const leakSuspicions = ({ place, which }: { place: string; which: 'standing' | 'resolved' }, signal?: AbortSignal) =>
  everyPage<Alert>('/alerts', { query: { which, rule: 'night_flow', organisation: place }, ...(signal && { signal }) })
