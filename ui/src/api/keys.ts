/** Keys of machines. */
import { call } from './client'
import type { Schemas } from './schema'
import type { Page } from './types'

export const PERMISSIONS = ['alerts', 'devices', 'entries', 'fleet', 'reports'] as const satisfies readonly Permission[]
export type MachineKey = Schemas['ApiKeyOut']
export type Permission = MachineKey['may'][number]
export type KeyRole = NewKey['role']
export type NewKey = Schemas['NewApiKey']
/** A key that is told once. */
export type GivenKey = Schemas['GivenKey']

export const keys = async (signal?: AbortSignal) => (await call<Page<MachineKey>>('GET', '/keys', signal && { signal })).items
export const makeKey = (key: NewKey) => call<GivenKey>('POST', '/keys', { body: key })
export const withdrawKey = (id: number) => call<void>('DELETE', `/keys/${id}`)
