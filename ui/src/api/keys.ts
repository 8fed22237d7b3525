/** Keys of machines. */
import { call } from './client'
import type { Role } from './people'
import type { Instant, Named, Page } from './types'

export const PERMISSIONS = ['alerts', 'devices', 'entries', 'fleet', 'reports'] as const
export type Permission = (typeof PERMISSIONS)[number]
export type KeyRole = Exclude<Role, 'security_administrator' | 'audit_administrator'>

export interface MachineKey extends Named {
  id: number
  name: string
  hint: string
  may: Permission[]
  role: KeyRole
  code: string
  expires_at: Instant
  last_used_at: Instant | null
}

export interface NewKey {
  name: string
  role: KeyRole
  organisation_id: number | null
  contract_id: number | null
  may: Permission[]
  expires_at: Instant
}

/** A key that is told once. */
export interface GivenKey {
  key: MachineKey
  secret: string
}

export const keys = async (signal?: AbortSignal) => (await call<Page<MachineKey>>('GET', '/keys', signal && { signal })).items
export const makeKey = (key: NewKey) => call<GivenKey>('POST', '/keys', { body: key })
export const withdrawKey = (id: number) => call<void>('DELETE', `/keys/${id}`)
