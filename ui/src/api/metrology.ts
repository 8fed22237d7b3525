/** Metrology of settlement meters. Amounts and ratios come as decimal text, days as local dates. */
import { address, call } from './client'
import type { Instant, Named, Page } from './types'

type Decimal = string
type LocalDate = string

export const FINDING_KINDS = [
  'out_of_tolerance', 'still_wrong', 'ratio_differs', 'no_certificate', 'swap_without_certificate', 'ended',
  'seal_broken', 'bill_differs', 'bill_money_differs', 'drift', 'ends_soon', 'ends_later',
] as const
export type FindingKind = (typeof FINDING_KINDS)[number]
export type ToleranceRule = 'half_time' | 'known_date' | 'none'
export const RULES: readonly ToleranceRule[] = ['half_time', 'known_date', 'none']
export const SEAL_PARTS = ['cover', 'terminals', 'transformers', 'cabinet', 'other'] as const

export interface MetrologyFinding {
  kind: FindingKind
  meter: string
  since: LocalDate | null
  told: Record<string, string>
}

export interface MeterState extends Named {
  code: string
  organisation_id: number
  device_id: number | null
  medium: string
  role: string
  today: LocalDate
  /** Certificate in force; null where none is. */
  number: string | null
  accuracy_class: string | null
  certified: Decimal | null
  last_day: LocalDate | null
  spans: { number: string; first_day: LocalDate; end_day: LocalDate }[]
  findings: MetrologyFinding[]
  may_enter: boolean
}

export interface Metrology {
  meters: MeterState[]
  findings: MetrologyFinding[]
  first_notice_days: number
  last_notice_days: number
  bill_limit_pct: Decimal
  tolerance_rule: ToleranceRule
}

export interface Picture {
  id: number
  shows: 'certificate' | 'nameplate'
  form: 'jpeg' | 'pdf'
  /** Null of a PDF. */
  width: number | null
  height: number | null
  person: string
}

export interface NewCertificate {
  meter: string
  number: string
  issuer: string
  accuracy_class: string
  instrument: string
  verified_on: LocalDate
  first_day: LocalDate | null
  end_day: LocalDate
  ct_primary_a: Decimal | null
  ct_secondary_a: Decimal | null
  pt_primary_v: Decimal | null
  pt_secondary_v: Decimal | null
  counts_primary: boolean
  note: string
  /** Certificate that ends on the day on which this one begins. */
  replaces: number | null
}

export interface Certificate extends Omit<NewCertificate, 'meter' | 'replaces' | 'first_day'> {
  id: number
  first_day: LocalDate
  held_until: LocalDate
  multiplier: Decimal
  person: string
  entered_at: Instant
  ended_on: LocalDate | null
  ended_because: string | null
  ended_by: string | null
  pictures: Picture[]
}

export interface Seal {
  id: number
  number: string
  part: (typeof SEAL_PARTS)[number]
  placed_on: LocalDate
  note: string
  person: string
  events: { kind: 'removed' | 'broken' | 'noted'; on_day: LocalDate; note: string; person: string }[]
}

export interface NewToleranceFinding {
  meter: string
  found_on: LocalDate
  error_pct: Decimal
  limit_pct: Decimal
  known_since: LocalDate | null
  document: string
  /** Of the register of reactive energy; null: the report is silent. */
  reactive_error_pct: Decimal | null
}

export interface ToleranceFinding extends Omit<NewToleranceFinding, 'meter'> {
  id: number
  person: string
  rule: ToleranceRule | null
  basis: string | null
  reason: string | null
  decided_by: string | null
}

export interface Proposal {
  rule: ToleranceRule
  first_day: LocalDate | null
  end_day: LocalDate | null
  unit: string
  counted: Decimal
  /** How much of the days has no figure. [s] */
  missing_s: number
  difference: Decimal
  /** [CNY] */
  cost_difference: Decimal | null
  cost_missing: string
  basis: string
}

export interface BillQuantity {
  bill_id: number
  number: string
  first_day: LocalDate
  end_day: LocalDate
  billed: Decimal | null
  counted: Decimal | null
  /** [1] */
  coverage: number
  difference: Decimal | null
  difference_pct: Decimal | null
  beyond_limit: boolean
  /** Sum of the bill. [CNY] */
  total: Decimal
  /** Our cost of its days; null: `lacks` says what is missing. [CNY] */
  our_total: Decimal | null
  lacks: string
  money_difference: Decimal | null
  money_difference_pct: Decimal | null
  money_beyond_limit: boolean
  /** Bill - ours. [CNY] */
  causes: Record<string, Decimal>
  /** Numbers of other bills of the meter for some of these days. */
  same_days: string[]
  explained: boolean | null
  comment: string | null
  person: string | null
}

export interface BillComparison {
  meter: string
  unit: string
  limit_pct: Decimal
  money_limit_pct: Decimal
  drift: MetrologyFinding | null
  items: BillQuantity[]
}

export interface MetrologyCount {
  meters: number
  findings: number
  ahead: number
}

const upTo = (signal?: AbortSignal) => (signal ? { signal } : {})
const ofMeter = async <T>(path: string, meter: string, signal?: AbortSignal) =>
  (await call<Page<T>>('GET', path, { query: { meter }, ...upTo(signal) })).items

export const metrology = (signal?: AbortSignal) => call<Metrology>('GET', '/metrology', upTo(signal))
export const metrologyCount = (organisation: number | null, signal?: AbortSignal) =>
  call<MetrologyCount>('GET', '/metrology/count', { query: { organisation }, ...upTo(signal) })
export const certificates = (meter: string, signal?: AbortSignal) => ofMeter<Certificate>('/certificates', meter, signal)
export const enterCertificate = (body: NewCertificate) => call<Certificate>('POST', '/certificates', { body })
export const endCertificate = (id: number, on_day: LocalDate, reason: string) =>
  call<Certificate>('POST', `/certificates/${id}/end`, { body: { on_day, reason } })
export const attachPicture = (id: number, shows: Picture['shows'], file: Blob) =>
  call<Page<Picture>>('POST', `/certificates/${id}/pictures`, { query: { shows }, file })
export const pictureAddress = (certificate: number, picture: number) => address(`/certificates/${certificate}/pictures/${picture}`)
export const seals = (meter: string, signal?: AbortSignal) => ofMeter<Seal>('/seals', meter, signal)
export const placeSeal = (body: { meter: string; number: string; part: string; placed_on: LocalDate; note: string }) =>
  call<Seal>('POST', '/seals', { body })
export const noteSeal = (id: number, kind: string, on_day: LocalDate, note: string) =>
  call<Seal>('POST', `/seals/${id}/events`, { body: { kind, on_day, note } })
export const toleranceFindings = (meter: string, signal?: AbortSignal) => ofMeter<ToleranceFinding>('/tolerance-findings', meter, signal)
export const enterFinding = (body: NewToleranceFinding) => call<ToleranceFinding>('POST', '/tolerance-findings', { body })
export const proposal = (finding: number, rule: ToleranceRule, signal?: AbortSignal) =>
  call<Proposal>('GET', `/tolerance-findings/${finding}/proposal`, { query: { rule }, ...upTo(signal) })
export const settleFinding = (finding: number, rule: ToleranceRule, reason: string) =>
  call<ToleranceFinding>('POST', `/tolerance-findings/${finding}/decision`, { body: { rule, reason } })
export const billQuantities = (meter: string, signal?: AbortSignal) =>
  call<BillComparison>('GET', '/metrology/bills', { query: { meter }, ...upTo(signal) })
export const remarkOnBill = (bill: number, explained: boolean, comment: string) =>
  call<BillComparison>('POST', `/metrology/bills/${bill}/remarks`, { body: { explained, comment } })
