/** Closed months: what stands, what would be closed, entries with their documents, the chain. */
import { call, type Words } from './client'
import type { Instant } from './types'

/** A mean over the month's days; parts that are noted on some of them only count on these. */
export interface Denominator {
  value: string | null
  lacking?: string[]
  in_part?: { place: string; noted_days: number; days: number }[]
}

export interface Figure {
  amount: string
  unit: string
}
export type MonthState = 'running' | 'open' | 'closed' | 'reversed'
export interface Entry {
  id: number
  sequence: number
  month: string
  kind: 'closing' | 'reversal'
  reverses: number | null
  sha256: string
  previous_sha256: string
  person: string
  at: Instant
}
export interface LedgerMonth {
  month: string
  state: MonthState
  entry: Entry | null
  overridden: boolean
  changed: boolean
  totals: { what: string; unit: string; closed: string }[]
}
export interface LedgerYear {
  organisation_id: number
  year: number
  may_close: boolean
  months: LedgerMonth[]
}
export interface Obstacle {
  kind: string
  institution: string
  place: string
  first_day: string
  end_day: string
  value: string
  detail: string
  /** Of what stands against closing now; a document has its sentence alone. */
  words?: Words
  may_be_overridden: boolean
}
export interface Override {
  id: number
  person: string
  at: Instant
  reason: string
  is_mine: boolean
  fits: boolean
}
export interface RegisterReading {
  at: Instant
  device: string
  value: string
}
export interface MeterFigures {
  code: string
  name_zh: string
  name_en: string
  role: string
  kind: string
  use: Figure
  opening: RegisterReading | null
  closing: RegisterReading | null
  covered_s: number
  lasting_s: number
  grades: { quantity_grade: string; shape_grade: string; use: Figure; share: string | null }[]
  methods: string[]
  flags: string[]
}
export interface MediumFigures {
  medium: string
  counted_by: 'meters' | 'entry'
  total: Figure
  meters: MeterFigures[]
  sub_items: { item: string; parent: string; use: Figure; meters: string[] }[]
  unmetered: { left: Figure; compared: Figure; share: string | null } | null
  undetermined: Figure
  /** Plants behind the boundary; months closed before there were any have none. */
  plant?: { generated: Figure; fed_in: Figure; self_used: Figure; meters: MeterFigures[] }
}
export interface CostLine {
  item: string
  name: string
  period: string | null
  use: Figure
  price: string
  cost: Figure
  billed: boolean
  basis: string
  checked: boolean
  formula: string
}
export interface MeterCost {
  meter: string
  total: Figure | null
  missing: string
  lines: CostLine[]
  tariffs: { tariff: string; what: string; id: number | string; first_day: string; source: string; document: string; checked_on: string }[]
}
export interface EnergyFigure extends Figure {
  year: number
  lines: {
    carrier: string
    use: Figure
    result: Figure
    factors: { key: string; value: string; unit: string; region: string; year: number; source: string; checked: boolean }[]
  }[]
}
export interface MonthDocument {
  kind: 'closing' | 'reversal'
  institution: { code: string; name_zh: string; name_en: string; zone: string }
  month: string
  known_at: Instant
  code_version: string
  models: { baseline: number; place: string; meter: string | null; medium: string; model: string; version: number; data_sha256: string; made_at: Instant }[]
  reason?: string
  override_reason?: string
  sequence?: number
  previous_sha256?: string
  signed?: { person: string; as: string; at: Instant }[]
  totals: Record<string, Figure>
  cost_is_whole: boolean
  media: MediumFigures[]
  costs: MeterCost[]
  energy: {
    factor_set: { code: string; version: number; sha256: string; electricity: string }
    coal_equivalent: EnergyFigure | null
    co2: EnergyFigure | null
    /** Green certificates, where the month has any. */
    green?: { purchased: Figure; retired: Figure; held: Figure; co2_without: Figure }
    area_m2: Denominator
    persons: Denominator
    indicators: { name: string; unit: string; value: string | null; why: string | null }[]
  }
  calendar: { code: string; provisional: boolean; workdays: number; source: string; entered_at: Instant; sha256: string } | null
  edits: { meter: string; ts: Instant; was: string | null; value: string | null; person: string; reason: string }[]
  register_events: { meter: string; at: Instant; kind: string; value: string; person: string; note: string }[]
  manual_entries: { kind: string; use: Figure; cost: Figure | null; source: string; submitted_by: string; approved_by: string; counted: boolean }[]
  warnings: { kind: string; medium: string; share: string | null; limit: string }[]
  remarks: { kind: string; meter: string; since: string | null; told: Record<string, string> }[]
  overridden: Obstacle[]
}
export interface Preview {
  document: MonthDocument
  obstacles: Obstacle[]
  overrides: Override[]
  may_close: boolean
}
export interface Change {
  what: string
  is_total: boolean
  unit: string
  closed: string | null
  now: string | null
  difference: string | null
}
export interface EntryWhole {
  entry: Entry
  text: string
  document: MonthDocument
  standing: boolean
  changes: Change[]
}
export interface Chain {
  entries: number
  from_sequence: number | null
  head: string | null
  holds: boolean
  broken_at: number | null
  broken_month: string | null
  reason: string
}
/** A month of an institution, and the factor set it is closed by. */
export interface MonthWanted {
  organisation: number
  month: string
  set: string
}

const ROOT = '/ledger-months'
const body = ({ organisation, month, set }: MonthWanted) => ({ organisation_id: organisation, month, set })
const upTo = (signal?: AbortSignal) => (signal ? { signal } : {})

export const ledgerYear = (organisation: number, year: number, signal?: AbortSignal) =>
  call<LedgerYear>('GET', ROOT, { query: { organisation, year }, ...upTo(signal) })
export const previewMonth = (wanted: MonthWanted, signal?: AbortSignal) =>
  call<Preview>('GET', `${ROOT}/preview`, { query: { ...wanted }, ...upTo(signal) })
export const chainOf = (organisation: number, signal?: AbortSignal) =>
  call<Chain>('GET', `${ROOT}/chain`, { query: { organisation }, ...upTo(signal) })
export const entryWhole = (id: number, signal?: AbortSignal) => call<EntryWhole>('GET', `${ROOT}/${id}`, upTo(signal))
export const closeMonth = (wanted: MonthWanted) => call<Entry>('POST', ROOT, { body: body(wanted) })
export const askOverride = (wanted: MonthWanted, reason: string) =>
  call<{ id: number }>('POST', `${ROOT}/overrides`, { body: { ...body(wanted), reason } })
export const signOverride = (id: number, set: string) =>
  call<Entry>('POST', `${ROOT}/overrides/${id}/signature`, { body: { set } })
export const reverseEntry = (id: number, reason: string) =>
  call<Entry>('POST', `${ROOT}/${id}/reversal`, { body: { reason } })
