/** Reports that were made: versions of a document, given as PDF and workbook. */
import { address, call } from './client'
import type { Figure } from './ledger'
import type { Instant, Page } from './types'

export interface Report {
  id: number
  kind: 'institution_month'
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
  compared: { month: string; standing: Standing; totals: Record<string, Figure>; changes: Record<string, string> } | null
  alerts: { priority: 'urgent' | 'high' | 'low'; opened: number; resolved: number; standing: number }[]
}
export interface ReportWhole extends Report {
  document: MonthDocument
}
export interface NewReport {
  organisation_id: number
  month: string
  set: string
}
export type Paper = 'pdf' | 'xlsx'

const LONGEST = 100

export const reportsOf = async (organisation: number, signal: AbortSignal): Promise<Report[]> =>
  (await call<Page<Report>>('GET', '/reports', { query: { organisation, limit: LONGEST }, signal })).items
export const report = (id: number, signal: AbortSignal) => call<ReportWhole>('GET', `/reports/${id}`, { signal })
export const makeReport = (body: NewReport) => call<Report>('POST', '/reports', { body })
export const reportFile = (id: number, form: Paper, lang: string): string => address(`/reports/${id}/${form}`, { lang })
