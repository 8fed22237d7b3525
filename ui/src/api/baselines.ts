/** Baselines, their versions, non-routine events, and savings. Signed amounts come as decimal text. */
import { address, call } from './client'
import { everyPage } from './page'
import type { LocalDate } from '../period/zone'
import type { Days } from './placeUse'
import type { Instant, Medium, Page } from './types'

type Decimal = string

export type Method = 'whole' | 'on_off' | 'side_by_side' | 'all_parameters' | 'key_parameter'

/** What a model tells one by one: local days, hours (summed to days), or bills and calendar months. */
export type Step = 'daily' | 'hourly' | 'monthly'

/** Of a comparison: spans of days on, the meter beside it, or what was measured [kW] and stipulated. */
export type Terms =
  | { on: [LocalDate, LocalDate][] }
  | { meter: number }
  | { before: number[]; after: number[]; stipulated_h: number; stipulated_why: string }

export interface Baseline {
  id: number
  place_code: string
  meter_id: number | null
  meter_code: string | null
  medium: Medium
  step: Step
  method: Method
  /** Option of IPMVP; null where it has no name for it. */
  ipmvp: 'A' | 'B' | 'C' | null
  /** Method of GB/T 28750, by its Chinese term. */
  gbt_28750: string | null
  /** Training: local days [first_day, end_day). */
  first_day: LocalDate
  end_day: LocalDate
  reporting_from: LocalDate
  /** Of a comparison: the day after its last. */
  reporting_end: LocalDate | null
  cvrmse_limit: number
  nmbe_limit: number
  limit_source: string
  note: string
  person: string
  entered_at: Instant
  ended_because: string | null
  /** Number of the version that counts; null while none has a model. */
  counting: number | null
  newest: number | null
  stale: boolean | null
  waiting: boolean
}

export interface NewBaseline {
  organisation: string
  meter: number | null
  medium: Medium
  first_day: LocalDate
  end_day: LocalDate
  reporting_from: LocalDate
  reporting_end: LocalDate | null
  step: Step
  method: Method
  terms: Terms | null
  note: string
}

export interface WeatherSource {
  kind: 'sensor' | 'pulled' | 'imported'
  station: string
  source: string
  hours: number
}

export interface Basis {
  zone: string
  unit: string
  meters: { first_day: LocalDate; end_day: LocalDate; meters: string[] }[]
  calendar: { code: string; years: { year: number; provisional: boolean }[]; missing: number[] }
  weather: WeatherSource[]
  /** Of bills: whose word their amounts are. */
  amounts?: ('metered' | 'entered' | 'billed' | 'nobody')[]
  code: string
}

export type Cause = 'created' | 'asked' | 'data' | 'weather' | 'calendar' | 'checked'

export interface BaselineVersion {
  number: number
  cause: Cause
  asked_by: string | null
  made_at: Instant
  model: string | null
  cvrmse: number | null
  nmbe: number | null
  r2: number | null
  left_out_cvrmse: number | null
  days: number
  coldest_c: number | null
  warmest_c: number | null
  refusals: string[]
  basis: Basis
  sha256: string
  adoptions: { person: string; reason: string; at: Instant }[]
  counts: boolean
}

export type Verdict = 'accepted' | 'refused' | 'undone'

export interface NonRoutineEvent {
  id: number
  first_day: LocalDate
  end_day: LocalDate | null
  /** In the unit of the medium per day. */
  per_day: number
  low: number | null
  high: number | null
  evidence: Record<string, unknown>
  /** Null: found by the engine. */
  person: string | null
  verdict: Verdict | null
  signed_first_day: LocalDate | null
  signed_end_day: LocalDate | null
  signed_per_day: Decimal | null
  reason: string | null
  decided_by: string | null
  decided_at: Instant | null
}

export interface Decision {
  verdict: Verdict
  reason: string
  first_day?: LocalDate
  end_day?: LocalDate | null
  per_day?: Decimal
}

export interface SavingRow {
  first_day: LocalDate
  /** Of a bill how many it is of. */
  days: number
  actual: number | null
  baseline: number | null
  adjustment: number
  saving: number | null
  cumulative: number | null
  left_out: string | null
  left_out_days: number
  outside: boolean
  estimated: boolean
}

/** What meter-years of the place and its portfolio say of the band. */
export interface Local {
  known: number
  /** Of them, held against a band that was made without them. */
  tested: number
  coverage: number | null
}

export interface Band {
  low: number
  high: number
  half_width: number | null
  confidence: number
  coverage: number | null
  tested: number
  sample_size: number
  basis: string
  local: Local
  not_calibrated: string | null
}

export type StatedKind = 'planned' | 'verified'

/** What somebody planned or verified, over local days [first_day, end_day). */
export interface NewStated {
  kind: StatedKind
  first_day: LocalDate
  end_day: LocalDate
  /** Null takes back what was stated of these days. */
  amount: Decimal | null
  stated_by: string
  document: string
  document_date: LocalDate | null
}

export interface StatedSaving extends NewStated {
  amount: Decimal
  /** The version that counted when it was verified. */
  version: number | null
  /** Who entered it. */
  person: string
}

/** Mean rate by the baseline, in columns of one length; a row is a local day or a bill. Times in epoch seconds. */
export interface BaselineCurve {
  baseline_id: number
  version: number
  unit: string
  t: number[]
  end: number[]
  /** With the signed adjustments; null where weather or calendar is not known. */
  mean: (number | null)[]
  low: (number | null)[]
  high: (number | null)[]
  /** Share of the training that lay within. [1] */
  within: number
}

export interface Check {
  check: string
  value: number | null
  limit: number
  source: string
  passed: boolean | null
}

export interface Savings {
  baseline_id: number
  version: number
  model: string
  sha256: string
  unit: string
  first_day: LocalDate
  end_day: LocalDate
  total: {
    baseline: number | null
    adjustment: number
    actual: number | null
    saving: number | null
    days: number
    left_out: number
    band: Band | null
    no_band: string | null
    p_saving: number | null
    /** How likely more than the saving that was asked for is. */
    guarantee: number | null
    p_guarantee: number | null
    outside: number | null
  }
  checks: Check[]
  reasons: string[]
  weather: WeatherSource[]
  calendar_missing: number[]
  calendar_provisional: boolean
  items: SavingRow[]
}

const one = (id: number, what = ''): string => `/baselines/${id}${what}`

export const baselines = (place: string, medium: Medium, signal: AbortSignal) =>
  everyPage<Baseline>('/baselines', { query: { organisation: place, medium }, signal })

export const baseline = (id: number, signal: AbortSignal) => call<Baseline>('GET', one(id), { signal })
export const enterBaseline = (body: NewBaseline) => call<Baseline>('POST', '/baselines', { body })
export const fitNow = (id: number) => call<Baseline>('POST', one(id, '/fits'))
export const adoptVersion = (id: number, version: number, reason: string) =>
  call<Baseline>('POST', one(id, '/adoptions'), { body: { version, reason } })

export const baselineCurve = (id: number, { first, end }: Days, signal: AbortSignal) =>
  call<BaselineCurve>('GET', one(id, '/curve'), { query: { first_day: first, end_day: end }, signal })

export const baselineVersions = async (id: number, signal: AbortSignal) =>
  (await call<Page<BaselineVersion>>('GET', one(id, '/versions'), { signal })).items
export const inputsAddress = (id: number, number: number): string => address(one(id, `/versions/${number}/inputs`))

export const nonRoutineEvents = async (id: number, signal: AbortSignal) =>
  (await call<Page<NonRoutineEvent>>('GET', one(id, '/events'), { signal })).items
export const enterEvent = (id: number, body: { first_day: LocalDate; end_day: LocalDate | null; per_day: Decimal; reason: string }) =>
  call<NonRoutineEvent>('POST', one(id, '/events'), { body })
export const decideEvent = (id: number, event: number, body: Decision) =>
  call<NonRoutineEvent>('POST', one(id, `/events/${event}/decisions`), { body })

export const statedSavings = async (id: number, signal: AbortSignal) =>
  (await call<Page<StatedSaving>>('GET', one(id, '/stated-savings'), { signal })).items
export const stateSaving = (id: number, body: NewStated) =>
  call<Page<StatedSaving>>('POST', one(id, '/stated-savings'), { body })

export const savings = (id: number, { first, end }: Days, guarantee: number | null, signal: AbortSignal) =>
  call<Savings>('GET', '/savings', { query: { baseline: id, first_day: first, end_day: end, guarantee }, signal })

/** Use in a typical year before and after the measure; null with the named reasons. */
export interface NormalisedSaving {
  unit: string
  baseline: number | null
  reporting: number | null
  saving: number | null
  years: number[]
  /** Fewest years that a month was chosen from. */
  candidates: number
  refusals: string[]
  band: Band | null
  no_band: string | null
  p_saving: number | null
}

export const normalisedSaving = (id: number, { first, end }: Days) =>
  call<NormalisedSaving>('GET', '/savings/normalised', { query: { baseline: id, first_day: first, end_day: end } })

/** One baseline's share of the savings of a place; amounts in the unit of the whole. */
export interface SavingPart {
  baseline_id: number
  place_code: string
  meter_code: string | null
  step: Step
  version: number
  stale: boolean
  baseline: number | null
  actual: number | null
  saving: number | null
  low: number | null
  high: number | null
  days: number
  left_out: number
}

export interface PortfolioSavings {
  unit: string
  baseline: number | null
  actual: number | null
  saving: number | null
  low: number | null
  high: number | null
  confidence: number
  /** Of the errors of any two parts. */
  correlation: number | null
  correlation_of: 'shipped' | 'local'
  /** Baselines without a model. */
  waiting: number
  items: SavingPart[]
}

export const portfolioSavings = (place: string, medium: Medium, { first, end }: Days, signal: AbortSignal) =>
  call<PortfolioSavings>('GET', '/savings/portfolio', { query: { organisation: place, medium, first_day: first, end_day: end }, signal })
