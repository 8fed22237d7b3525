/** Reports that were made: versions of a document, given as PDF and workbook. */
import { address, call } from './client'
import type { Figure } from './ledger'
import { everyPage } from './page'
import type { Instant } from './types'

export const KINDS = ['institution_month', 'water', 'fleet', 'savings', 'annual_text', 'evidence_pack'] as const
export type Kind = (typeof KINDS)[number]
/** Of what time a report of a kind may be. */
export const TIMES: Record<Kind, readonly ('month' | 'year')[]> = {
  institution_month: ['month'],
  water: ['month', 'year'],
  fleet: ['month', 'year'],
  savings: ['year', 'month'],
  annual_text: ['year'],
  evidence_pack: ['year'],
}

export interface Report {
  id: number
  kind: Kind
  organisation_id: number
  first_day: string
  end_day: string
  version: number
  sha256: string
  made_at: Instant
  person: string | null
}
interface Standing {
  state: 'closed' | 'provisional'
  sequence?: number
}
export interface MonthDocument {
  month: string
  totals: Record<string, Figure>
  cost_is_whole: boolean
  standing: Standing
  compared: { month: string; standing: Standing; totals: Record<string, Figure>; changes: Record<string, string>; unlike?: Record<string, 'uses' | 'factor_set'> } | null
  alerts: { priority: 'urgent' | 'high' | 'low'; opened: number; resolved: number; standing: number }[]
}
export interface ReportWhole extends Report {
  document: MonthDocument
}
export interface NewReport {
  kind: Kind
  organisation_id: number
  /** Either a month or a year. */
  month?: string
  year?: number
  set: string
}
/** A report as it is worded on paper; numbers are decimal text, null is what nobody knows. */
export interface Sheet {
  heading: string
  period: string
  standing: string[]
  paragraphs: string[]
  tables: { title: string; heads: string[]; numbers: boolean[]; rows: (string | null)[][]; nothing: string }[]
}
export type Paper = 'pdf' | 'xlsx'

export const reportsOf = (organisation: number, signal: AbortSignal): Promise<Report[]> => everyPage('/reports', { query: { organisation }, signal })
export const report = (id: number, signal: AbortSignal) => call<ReportWhole>('GET', `/reports/${id}`, { signal })
export const reportSheet = ({ id, lang }: { id: number; lang: string }, signal: AbortSignal) =>
  call<Sheet>('GET', `/reports/${id}/sheet`, { query: { lang }, signal })
export const makeReport = (body: NewReport) => call<Report>('POST', '/reports', { body })
export const reportFile = (id: number, form: Paper, lang: string): string => address(`/reports/${id}/${form}`, { lang })
