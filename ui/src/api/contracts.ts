/** Contracts: terms in versions, events, people and keys of the parties. Amounts and shares come as decimal text. */
import type { LocalDate } from '../period/zone'
import { address, call } from './client'
import { everyPage } from './page'
import type { Instant, Named } from './types'

export type Decimal = string
export type Party = 'client' | 'provider'
export type ContractKind = 'trusteeship' | 'shared_savings' | 'guaranteed_savings'
export interface RedefinedShares {
  tariff: string
  months: { month: LocalDate; shares: Record<string, Decimal>; days: number; missing_days: number }[]
}
export type VersionState = 'entered' | 'checked' | 'refused'

export interface Contract extends Named {
  id: number
  code: string
  organisation_id: number
  organisation_code: string
  kind: ContractKind
  client: string
  provider: string
  first_day: LocalDate
  end_day: LocalDate
  utilities_paid_by: Party
  /** Number of the version that is in force; null while none is checked. */
  version: number | null
  newest_version: number
  newest_state: VersionState
  entered_at: Instant
  person: string
}

/** A line's weather term, for heating or cooling. */
export interface DegreeDayTerm {
  slope: Decimal
  share: Decimal
  min_dd: Decimal
  cap?: Decimal
  dead_band: Decimal
}
export interface LineTerms extends Named {
  code: string
  kind: string
  unit: string
  in_fee: boolean
  in_bills: boolean
  coefficient?: Decimal
  percent?: Decimal
  baseline?: { prices: Record<string, Decimal>[] }
  client_share: Decimal
  adjusted_by: string[]
  price_clause: { mode: 'floating' | 'fixed' | 'shared'; share: Decimal; trigger: Decimal }
  weather: { method: 'none' | 'model' | 'degree_day_additive' | 'ratio' | 'isolated'; heating?: DegreeDayTerm; cooling?: DegreeDayTerm }
}
export interface BoundaryMeter {
  code: string
  line: string
  ratio: Decimal
  excluded: boolean
  first_day?: LocalDate
  end_day?: LocalDate
  /** Nobody reads it out: a person enters what it counted, another one stands behind it. */
  by_hand?: boolean
  /** Its own rule for days it lacks; absent: the contract's. */
  substitution?: SubstitutionTerms
  /** Code of the meter that it checks: it counts on days which that one lacks. */
  stands_for?: string
}
export interface SubstitutionTerms {
  method: 'none' | 'mean_of_days' | 'agreed_months' | 'check_meter'
  most_days: number
  months?: Decimal[]
}
/** From `above` on `share` holds. */
export interface Tier {
  above: Decimal
  share: Decimal
}
/** What goes back of a day's charge where rooms were too cold or too warm. */
export interface RefundTerms extends Named {
  code: string
  line: string
  tiers: Tier[]
  unmeasured: Decimal
  lowest_c?: Decimal
  highest_c?: Decimal
}

/** Rooms of which a temperature was promised, in local hours [from_hour, end_hour). [degC] */
export interface RoomRule { devices: string[]; from_hour: number; end_hour: number; lowest_c?: Decimal; highest_c?: Decimal; every_day?: boolean; months?: number[] }

/** The terms as the contract tells them: what it does not say is not there. */
export interface Terms extends Named {
  code: string
  version: number
  kind: ContractKind
  client: string
  provider: string
  signed_on?: LocalDate
  document: string
  zone: string
  first_day: LocalDate
  end_day: LocalDate
  utilities_paid_by: Party
  coefficient: Decimal
  payment_schedule: 'monthly' | 'quarterly' | 'yearly'
  adjustment_schedule: 'monthly' | 'quarterly' | 'yearly'
  /** Absent: yearly. */
  true_up_schedule?: 'quarterly' | 'yearly'
  payment_day: number
  lines: LineTerms[]
  meters: BoundaryMeter[]
  adjustments: { code: string; unit: string; baseline: Decimal; band: Decimal; beta: Decimal; band_mode: 'full' | 'excess'; notice_days: number }[]
  kpis: (Named & { code: string; target: Decimal; per_point: Decimal; full_points: boolean; missing: 'not_compliant' | 'left_out'; min_valid: Decimal; drawn_from?: 'meter_days' | 'alerts_answered' | 'alerts_ended' | 'room_hours'; within_h?: Decimal; rooms?: RoomRule })[]
  kpi_cap: Decimal
  fee_cap?: Decimal
  sharing?: { share: Decimal; margin: Decimal }
  provider_shares: { first_day: LocalDate; share: Decimal }[]
  guarantee?: { line: string; quantity: Decimal; surplus_share: Decimal; shortfall_tiers?: Tier[]; surplus_tiers?: Tier[]; tier_mode?: 'full' | 'excess' }
  retention: Decimal
  substitution: SubstitutionTerms
  equipment_notice_days?: number
  refunds?: RefundTerms[]
  meter_errors?: { goes_back: 'half_time' | 'known_date' | 'none'; limit_pct: Decimal }
  charging_tolerance?: Decimal
  certificates?: { most_days: number; document: string; wanted: boolean }
  /** Absent: keys. */
  signing?: 'keys' | 'approvals'
  rounding?: { quantity_digits?: number; price_digits?: number }
  closure?: { residual: Decimal; min_days: number }
  late_bills: 'its_month' | 'current_month'
  band: 'informs' | 'gates'
  /** What stands for days without weather; absent: nothing does. */
  weather_gaps?: { stations: string[]; method: 'none' | 'mean_of_days'; most_days: number }
  /** Nominal coverage of the bands; absent: 0.9. */
  confidence?: Decimal
}

export interface ContractWhole extends Contract {
  /** The caller's own; null reads only. */
  party: Party | null
  terms: Terms
}

export interface ContractVersion {
  number: number
  holds_from: LocalDate
  sha256: string
  state: VersionState
  reason: string
  person: string
  /** For whom it was entered; null where that was not kept. */
  party: Party | null
  entered_at: Instant
  verdict_by: string | null
  verdict_at: Instant | null
  verdict_reason: string | null
  signed_on: LocalDate | null
}

export const EVENT_KINDS = ['changes', 'equipment', 'agreed', 'closed', 'redefinitions', 'meter_errors'] as const
export type EventKind = (typeof EVENT_KINDS)[number]
export interface ContractEvent {
  id: number
  kind: EventKind
  first_day: LocalDate
  end_day: LocalDate | null
  event: Record<string, unknown>
  document: string
  person: string
  party: Party | null
  entered_at: Instant
  undone_by: string | null
  undone_at: Instant | null
  undone_because: string | null
}

export interface PartyKey {
  id: number
  party: Party
  key: string
  fingerprint: string
  note: string
  person: string
  entered_at: Instant
  revoked_by: string | null
  revoked_at: Instant | null
  revoked_because: string | null
}

/** What a meter that nobody reads out counted in a month. */
export interface Figure {
  id: number
  month: string
  meter: string
  quantities: Record<string, Decimal>
  document: string
  party: Party
  person: string
  entered_at: Instant
  /** Null while there is no file: nobody can check it then. */
  proof_form: 'jpeg' | 'pdf' | null
  state: VersionState
  verdict_by: string | null
  verdict_at: Instant | null
  verdict_reason: string | null
}

export interface Member {
  id: number
  party: Party
  name: string
  entered_by: string
  entered_at: Instant
  ended_by: string | null
  ended_at: Instant | null
  ended_because: string | null
}

const of = (id: number, what = ''): string => `/contracts/${id}${what}`

export const contracts = (signal: AbortSignal) => everyPage<Contract>('/contracts', { signal })
export const enterContract = (organisation: string, text: string) => call<ContractWhole>('POST', '/contracts', { body: { organisation, text } })
export const contract = (id: number, signal: AbortSignal) => call<ContractWhole>('GET', of(id), { signal })

export const contractVersions = (id: number, signal: AbortSignal) => everyPage<ContractVersion>(of(id, '/versions'), { signal })
export const amendContract = (id: number, body: { text: string; holds_from: LocalDate; reason: string }) =>
  call<ContractVersion>('POST', of(id, '/versions'), { body })
export const judgeVersion = (id: number, number: number, verdict: 'checked' | 'refused', reason: string) =>
  call<ContractVersion>('POST', of(id, `/versions/${number}/verdict`), { body: { verdict, reason } })

export const contractEvents = (id: number, signal: AbortSignal) => everyPage<ContractEvent>(of(id, '/events'), { signal })
export const enterContractEvent = (id: number, kind: EventKind, event: Record<string, unknown>) =>
  call<ContractEvent>('POST', of(id, '/events'), { body: { kind, event } })
/** Shares of a baseline by new periods, of one year of interval data from the first of a month on. */
export const redefinedShares = (id: number, line: string, on: LocalDate, first_day: LocalDate) =>
  call<RedefinedShares>('GET', of(id, '/events/shares'), { query: { line, on, first_day } })
export const undoContractEvent = (id: number, event: number, reason: string) =>
  call<ContractEvent>('POST', of(id, `/events/${event}/undo`), { body: { reason } })

export const partyKeys = (id: number, signal: AbortSignal) => everyPage<PartyKey>(of(id, '/keys'), { signal })
export const enterKey = (id: number, key: string, note: string) => call<PartyKey>('POST', of(id, '/keys'), { body: { key, note } })
export const revokeKey = (id: number, key: number, reason: string) =>
  call<PartyKey>('POST', of(id, `/keys/${key}/revocation`), { body: { reason } })

export const contractFigures = (id: number, signal: AbortSignal) => everyPage<Figure>(of(id, '/figures'), { signal })
export const enterFigure = (id: number, body: { month: string; meter: string; quantities: Record<string, Decimal>; document: string }) =>
  call<Figure>('POST', of(id, '/figures'), { body })
export const proveFigure = (id: number, figure: number, file: File) => call<Figure>('POST', of(id, `/figures/${figure}/proof`), { file })
export const figureFileAddress = (id: number, figure: number): string => address(of(id, `/figures/${figure}/proof`))
export const judgeFigure = (id: number, figure: number, verdict: 'checked' | 'refused', reason: string) =>
  call<Figure>('POST', of(id, `/figures/${figure}/verdict`), { body: { verdict, reason } })

export const members = (id: number, signal: AbortSignal) => everyPage<Member>(of(id, '/people'), { signal })
export const addMember = (id: number, login: string, party: Party) => call<Member>('POST', of(id, '/people'), { body: { login, party } })
export const endMember = (id: number, member: number, reason: string) =>
  call<Member>('POST', of(id, `/people/${member}/end`), { body: { reason } })
