/** Reports that are made at a day of each month, with the rights of who ordered them. */
import { call } from './client'
import { everyPage } from './page'
import type { Kind } from './reports'
import type { Instant } from './types'

export interface Schedule {
  id: number
  kind: Kind
  span: 'month' | 'year'
  organisation_id: number
  month_day: number
  channel_names: string[]
  person: string | null
  ended_at: Instant | null
  /** rights: who ordered it has lost them. */
  ended_because: 'asked' | 'rights' | null
  run_first_day: string | null
  run_state: 'made' | 'refused' | 'failed' | null
  report_id: number | null
  run_told: string | null
}
export interface NewSchedule {
  kind: Kind
  span: 'month' | 'year'
  organisation_id: number
  set: string
  month_day: number
  channels: number[]
}

export const schedulesOf = (organisation: number, signal: AbortSignal): Promise<Schedule[]> =>
  everyPage('/report-schedules', { query: { organisation }, signal })
export const orderReport = (body: NewSchedule) => call<Schedule>('POST', '/report-schedules', { body })
export const endSchedule = (id: number) => call<null>('DELETE', `/report-schedules/${id}`)
