/** The yearly statistics: what the server says, and the calls for it. Amounts are decimal texts. */
import { address, call } from './client'
import type { Instant, Named } from './types'

export const GROUPS = ['department', 'region', 'institution_class'] as const
export type Group = (typeof GROUPS)[number]
export const CLASSES = ['state_organ', 'education', 'science', 'culture', 'health', 'sport', 'other_institution', 'association'] as const
export const TABLES = ['basic', 'energy', 'data_centre', 'heating'] as const
export type Grade = 'measured' | 'derived' | 'manual' | 'estimated' | 'missing'

export interface Item {
  key: string
  table: (typeof TABLES)[number]
  unit: string
  kind: string
  zh: string
  en: string
}

export interface Said {
  amount: string
  cost: string | null
  source: string
  grade: Grade
  is_whole: boolean
  /** meter:<id>, entry:<id>, or what proves it. */
  references: string[]
}

export interface Month {
  month: number
  counted: Said
  beside: Said | null
  difference: string | null
}

export interface Cell {
  key: string
  amount: string | null
  cost: string | null
  has_whole_cost: boolean
  grade: Grade
  sources: string[]
  whole_months: number
  asked_months: number
  missing_months: number[]
  is_whole: boolean
  months: Month[]
  year: Said | null
}

export interface Finding {
  table: string
  item: string
  code: string
  seen: string
  wanted: string
  weight: 'refuses' | 'wants_comment'
  comment: string | null
  person: string | null
  at: Instant | null
}

export interface Submission {
  version: number
  sha256: string
  person: string
  at: Instant
}

export interface Institution extends Named {
  organisation_id: number
  code: string
  credit_code: string
  institution_class: string
  department: string
  region: string
  whole_items: number
  items: number
  refusals: number
  questions: number
  /** Founded on this day of the year: the tables are of the days from then on. */
  founded_on: string | null
  submission: Submission | null
}

export interface StatisticsYear {
  year: number
  edition: number
  factor_set: string
  due: string
  asked: Item[]
  items: Institution[]
}

export interface NewRecord {
  organisation_id: number
  year: number
  credit_code: string
  institution_class: string
  department: string
  nev_count: number | null
  data_centre_area_m2: string | null
  data_centre_kwh: string | null
  unused: string[]
  source: string
  founded_on: string | null
}

export type StatedRecord = Omit<NewRecord, 'organisation_id'> & { person: string; at: Instant }

export interface Tables extends Institution {
  year: number
  is_compared: boolean
  record: StatedRecord | null
  cells: Cell[]
  findings: Finding[]
  submissions: Submission[]
}

export interface SummaryRow {
  group: string
  institutions: number
  whole: number
  part_year: number
  cells: { key: string; amount: string | null; cost: string | null; grade: Grade; whole: number; partial: number; missing: number; unpaid: number }[]
}

export interface Summary {
  year: number
  by: Group
  rows: SummaryRow[]
  total: SummaryRow
}

interface Wanted {
  organisation: number | null
  year: number
}

const upTo = (signal: AbortSignal | undefined) => (signal ? { signal } : {})

export const statisticsYear = (wanted: Wanted, signal?: AbortSignal) =>
  call<StatisticsYear>('GET', '/statistics', { query: { ...wanted }, ...upTo(signal) })
export const statisticsTables = (organisation: number, year: number, signal?: AbortSignal) =>
  call<Tables>('GET', `/statistics/${organisation}`, { query: { year }, ...upTo(signal) })
export const statisticsSummary = (wanted: Wanted & { by: Group }, signal?: AbortSignal) =>
  call<Summary>('GET', '/statistics/summary', { query: { ...wanted }, ...upTo(signal) })
export const statisticsFile = (wanted: Wanted, lang: string, official: boolean) =>
  address('/statistics/file', { ...wanted, lang, official: String(official) })
export const stateRecord = (record: NewRecord) => call<void>('POST', '/statistics/records', { body: [record] })
export const commentFinding = (organisation: number, year: number, { item, code, seen }: Finding, comment: string) =>
  call<void>('POST', '/statistics/comments', { body: { organisation_id: organisation, year, item, code, seen, comment } })
export const handIn = (organisation: number, year: number) =>
  call<Submission>('POST', '/statistics/submissions', { body: { organisation_id: organisation, year } })
