/** What the API's document says of what the console names. Generated: `make types`. */
export interface Schemas {
  /** A key as it may be shown: never the key itself. */
  ApiKeyOut: {
    id: number
    name: string
    /** Its first characters, to know it again by. */
    hint: string
    /** What it may write; it reads whatever its role sees. */
    may: ('alerts' | 'devices' | 'entries' | 'fleet' | 'reports')[]
    role: 'bureau' | 'institution_administrator' | 'operator' | 'contractor' | 'auditor' | 'system_administrator'
    /** A place with all below it, or null. */
    organisation_id: number | null
    /** The meters of a contract, or null. */
    contract_id: number | null
    code: string
    name_zh: string
    name_en: string
    /** First instant that is seen; null: all before. */
    sees_from: string | null
    /** End of what is seen; null: no end. */
    sees_until: string | null
    created_at: string
    created_by: string | null
    expires_at: string
    /** To the minute; null: never. */
    last_used_at: string | null
    /** When it was withdrawn; null: it was not. */
    revoked_at: string | null
  }
  /** How far the chain holds, digested again just now. */
  AuditChainOut: {
    /** Lines. [1] */
    checked: number
    first_seq: number
    last_seq: number
    /** Note it elsewhere: a rewritten log has another. */
    last_hash: string
    /** First number that does not follow; null: none. */
    broken: number | null
    /** Lines written past the chain. [1] */
    unlinked: number
    /** How long lines are kept; null: for ever. [d] */
    keep_days: number | null
  }
  /** One line: an act, or what a person changed in a table. */
  AuditOut: {
    id: number
    at: string
    /** Who; null: a process or the command line. */
    login: string | null
    name: string | null
    /** Address it was asked from. */
    client: string
    /** Act; rows_added, rows_changed, rows_removed: of a table. */
    action: string
    object: string
    detail: Record<string, unknown>
    /** Rows of the table; null: an act. [1] */
    changed_rows: number | null
    /** Of the rows before the change. */
    before_sha256: string | null
    /** Of the rows after it. */
    after_sha256: string | null
    /** Lines of one request have the same. */
    act: number
    /** Number in the chain. */
    seq: number | null
    /** SHA-256 of the hash before and of the line. */
    hash: string | null
  }
  /** A new key, told this once: only its SHA-256 is kept. */
  GivenKey: {
    key: Schemas['ApiKeyOut']
    /** To be sent as `Authorization: Bearer <secret>`. */
    secret: string
  }
  /** A password, told this once: its owner has to choose another when they sign in. */
  GivenPassword: {
    person: Schemas['PersonOut']
    password: string
  }
  /** A place or a contract for which you may give scopes. */
  GrantableOut: {
    organisation_id: number | null
    contract_id: number | null
    kind: string
    code: string
    name_zh: string
    name_en: string
    parent_id: number | null
  }
  /** As whom an OpenID provider knows somebody. */
  IdentityOut: {
    issuer: string
    subject: string
    /** When they linked it by their password. */
    linked_at: string
  }
  /** A machine, in which role it asks where, and until when. */
  NewApiKey: {
    organisation_id?: number | null
    contract_id?: number | null
    sees_from?: string | null
    sees_until?: string | null
    /** What asks by it, such as a building management system. */
    name: string
    role: 'bureau' | 'institution_administrator' | 'operator' | 'contractor' | 'auditor' | 'system_administrator'
    may?: ('alerts' | 'devices' | 'entries' | 'fleet' | 'reports')[]
    /** At most 366 days from now. */
    expires_at: string
  }
  /** A role on a place with all below it, or on the meters of a contract. */
  NewScope: {
    organisation_id?: number | null
    contract_id?: number | null
    sees_from?: string | null
    sees_until?: string | null
    role: 'bureau' | 'institution_administrator' | 'operator' | 'contractor' | 'auditor' | 'system_administrator' | 'security_administrator' | 'audit_administrator'
    expires_at?: string | null
  }
  /** A person as their administrator sees them. */
  PersonOut: {
    id: number
    login: string
    name: string
    lang: 'zh-CN' | 'en'
    active: boolean
    /** Too many wrong passwords; it ends by itself. */
    locked: boolean
    /** Has to choose a password of their own first. */
    must_change: boolean
    created_at: string
    password_set_at: string
    last_seen_at: string | null
    /** False for yourself: somebody else changes you. */
    governed: boolean
    scopes: Schemas['ScopeOut'][]
    /** By which they sign in without a password. */
    identities: Schemas['IdentityOut'][]
  }
  /** What the sign-in page has to know of the provider. */
  ProviderOut: {
    /** What it is called; null: the installation has none. */
    name: string | null
    /** Whom the provider named at this browser: their password links them, once. */
    proposed_login: string | null
  }
  /** In which role somebody acts where, and what time they see. */
  ScopeOut: {
    id: number
    role: 'bureau' | 'institution_administrator' | 'operator' | 'contractor' | 'auditor' | 'system_administrator' | 'security_administrator' | 'audit_administrator'
    /** A place with all below it, or null. */
    organisation_id: number | null
    /** The meters of a contract, or null. */
    contract_id: number | null
    code: string
    name_zh: string
    name_en: string
    /** First instant that is seen; null: all before. */
    sees_from: string | null
    /** End of what is seen; null: no end. */
    sees_until: string | null
    /** Until when it may be used; null: no end. */
    expires_at: string | null
  }
  /** Rules of passwords and sessions, of the whole house. */
  SecurityRules: {
    /** Least length. [characters] */
    password_length: number
    /** Least number of: small letters, capitals, digits, others. [1] */
    password_kinds: number
    /** Last ones not to be chosen again. [1] */
    password_history: number
    /** Then another has to be chosen; null: never. [d] */
    password_days: number | null
    /** Wrong passwords until a lock-out. [1] */
    sign_in_attempts: number
    /** Length of a lock-out. [min] */
    lock_minutes: number
    /** A session unused so long ends. [min] */
    idle_minutes: number
    /** A session ends after this. [min] */
    session_minutes: number
  }
  /** A running session. */
  SessionOut: {
    person: Schemas['SignedInPersonOut']
    /** To be sent as X-CSRF-Token with every write. */
    csrf: string
    lang: string
    /** IANA zone of what has none of its own. */
    zone: string
    /** Another password has to be chosen first: until then nothing is seen. */
    must_change: boolean
  }
  /** The person of a session. */
  SignedInPersonOut: {
    id: number
    login: string
    name: string
    /** Roles the person has on anything at all. */
    roles: string[]
  }
}
