/** People, their scopes, rules of passwords and sessions, and the audit log. */
import { call } from './client'
import type { Schemas } from './schema'
import type { Page } from './types'

export const ROLES = ['bureau', 'institution_administrator', 'operator', 'contractor', 'auditor', 'system_administrator', 'security_administrator', 'audit_administrator'] as const satisfies readonly Role[]
export type Role = ScopeOfPerson['role']
export type ScopeOfPerson = Schemas['ScopeOut']
export type HousePerson = Schemas['PersonOut']
export type Grantable = Schemas['GrantableOut']
export type NewScope = Required<Schemas['NewScope']>

/** A password that is told once. */
export type GivenPassword = Schemas['GivenPassword']
export type SecurityRules = Schemas['SecurityRules']
export type AuditLine = Schemas['AuditOut']
export type Chain = Schemas['AuditChainOut']

export interface AuditFilter {
  login: string
  changes: boolean
}

export const people = async (signal?: AbortSignal) => (await call<Page<HousePerson>>('GET', '/users', signal && { signal })).items
export const grantable = async (signal?: AbortSignal) => (await call<Page<Grantable>>('GET', '/users/places', signal && { signal })).items
export const addPerson = (login: string, name: string, lang: string) => call<GivenPassword>('POST', '/users', { body: { login, name, lang } })
export const changePerson = (id: number, change: { name?: string; active?: boolean }) => call<HousePerson>('PATCH', `/users/${id}`, { body: change })
export const givePassword = (id: number) => call<GivenPassword>('POST', `/users/${id}/password`)
export const giveScope = (id: number, scope: NewScope) => call<HousePerson>('POST', `/users/${id}/scopes`, { body: scope })
export const endScope = (id: number, scope: number) => call<void>('DELETE', `/users/${id}/scopes/${scope}`)
export const unlinkProvider = (id: number) => call<void>('DELETE', `/users/${id}/identities`)
export const securityRules = (signal?: AbortSignal) => call<SecurityRules>('GET', '/security-rules', signal && { signal })
export const setSecurityRules = (rules: SecurityRules) => call<SecurityRules>('PUT', '/security-rules', { body: rules })
export const choosePassword = (current: string, chosen: string) => call<void>('POST', '/session/password', { body: { current, new: chosen } })

export const auditLines = ({ login, changes }: AuditFilter, cursor: string | null, signal?: AbortSignal) =>
  call<Page<AuditLine>>('GET', '/audit', { query: { limit: 100, cursor, login: login || null, changes: String(changes) }, ...(signal && { signal }) })
export const auditChain = () => call<Chain>('GET', '/audit/chain')
export const keepAudit = (days: number | null) => call<{ days: number | null }>('PUT', '/audit/retention', { body: { days } })
