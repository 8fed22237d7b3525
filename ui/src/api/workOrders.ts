/** Work orders: who is sent about an alert, photos, and what came of it. */
import { address, call } from './client'
import type { Instant, Page } from './types'

export type OrderState = 'issued' | 'accepted' | 'done' | 'returned' | 'closed' | 'cancelled'
export type OrderStep = Exclude<OrderState, 'issued'>

export interface WorkOrder {
  id: number
  alert_id: number
  assignee: string
  task: string
  place: string
  rule: string
  due_day: string | null
  /** Promised: what thirty more days would have lost. */
  month: number | null
  unit: string | null
  /** [CNY] */
  month_cny: string | null
  given_by: string
  given_at: Instant
  state: OrderState
  revision: number
  note: string
  person: string
  at: Instant
  photos: number[]
  next: OrderStep[]
}

export interface NewOrder {
  alert_id: number
  assignee_id: number
  task: string
  due_day: string | null
}

const upTo = (signal?: AbortSignal) => (signal ? { signal } : {})

export const workOrders = (cursor: string | null, signal?: AbortSignal) => call<Page<WorkOrder>>('GET', '/work-orders', { query: { cursor }, ...upTo(signal) })
export const orderPeople = async (alert: number, signal?: AbortSignal) =>
  (await call<Page<{ id: number; name: string }>>('GET', '/work-orders/people', { query: { alert }, ...upTo(signal) })).items
export const giveOrder = (body: NewOrder) => call<WorkOrder>('POST', '/work-orders', { body })
export const takeStep = ({ id, revision }: WorkOrder, state: OrderStep, note: string) =>
  call<WorkOrder>('POST', `/work-orders/${id}/steps`, { body: { state, revision, note } })
export const attachOrderPhoto = (id: number, file: Blob) => call<void>('POST', `/work-orders/${id}/photos`, { file })
export const orderPhotoAddress = (order: number, photo: number) => address(`/work-orders/${order}/photos/${photo}`)
