/** Quotas and targets: what counts, where it is from, and checking it. Numbers come as decimal text. */
import { call } from './client'
import type { Named, Page } from './types'
import type { LocalDate } from '../period/zone'

export interface Limit {
  indicator: string
  unit: string
  province: string | null
  institution_class: string | null
  organisation: string | null
  source: string
  evidence: string
  entered_by: string | null
  is_own: boolean
  checked_by: string | null
  checked_on: LocalDate | null
  document: string
  sha256: string
}

export interface QuotaLimits extends Limit, Named {
  code: string
  use: string | null
  climate_zone: string | null
  first_year: number | null
  last_year: number | null
  constraint: string
  base: string | null
  guide: string
}

export interface Target extends Limit {
  base_year: number
  year: number
  change: string
}

export const quotas = async (signal?: AbortSignal): Promise<QuotaLimits[]> => (await call<Page<QuotaLimits>>('GET', '/quotas', signal && { signal })).items
export const targets = async (signal?: AbortSignal): Promise<Target[]> => (await call<Page<Target>>('GET', '/targets', signal && { signal })).items
export const checkLimit = (kind: 'quotas' | 'targets', sha256: string, document: string) =>
  call<Page<Limit>>('POST', `/${kind}/check`, { body: { sha256, document } })
