/** People, their scopes, rules of passwords and sessions, and the audit log. */
import { call } from './client'
import type { Instant, Named, Page } from './types'

export const ROLES = ['bureau', 'institution_administrator', 'operator', 'contractor', 'auditor', 'system_administrator', 'security_administrator', 'audit_administrator'] as const
export type Role = (typeof ROLES)[number]

export interface ScopeOfPerson extends Named {
  id: number
  role: Role
  organisation_id: number | null
  contract_id: number | null
  code: string
  sees_from: Instant | null
  sees_until: Instant | null
  expires_at: Instant | null
}

/** As whom an OpenID provider knows somebody. */
export interface Identity {
  issuer: string
  subject: string
  linked_at: Instant
}

export interface HousePerson {
  id: number
  login: string
  name: string
  lang: string
  active: boolean
  locked: boolean
  must_change: boolean
  created_at: Instant
  password_set_at: Instant
  last_seen_at: Instant | null
  governed: boolean
  scopes: ScopeOfPerson[]
  identities: Identity[]
}

export interface Grantable extends Named {
  organisation_id: number | null
  contract_id: number | null
  kind: string
  code: string
}

export interface NewScope {
  role: Role
  organisation_id: number | null
  contract_id: number | null
  sees_from: Instant | null
  sees_until: Instant | null
  expires_at: Instant | null
}

/** A password that is told once. */
export interface GivenPassword {
  person: HousePerson
  password: string
}

export interface SecurityRules {
  password_length: number
  password_kinds: number
  password_history: number
  password_days: number | null
  sign_in_attempts: number
  lock_minutes: number
  idle_minutes: number
  session_minutes: number
}

export interface AuditLine {
  id: number
  at: Instant
  login: string | null
  name: string | null
  client: string
  action: string
  object: string
  detail: Record<string, unknown>
  changed_rows: number | null
  before_sha256: string | null
  after_sha256: string | null
  seq: number | null
  hash: string | null
}

export interface Chain {
  checked: number
  first_seq: number
  last_seq: number
  last_hash: string
  broken: number | null
  unlinked: number
  keep_days: number | null
}

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
