/** Amounts of a month entered by hand, their board and reminders. Amounts and money come as decimal text. */
import { address, call } from './client'
import type { Instant, Named, Page } from './types'
import type { LocalDate } from '../period/zone'

export const KINDS = [
  'electricity_kwh', 'water_m3', 'natural_gas_m3', 'heat_gj', 'cooling_gj', 'gasoline_l', 'diesel_l', 'lpg_kg',
  'raw_coal_kg', 'pv_self_used_kwh', 'pv_generated_kwh', 'green_retired_kwh', 'green_held_kwh', 'other_tce',
] as const
export type Kind = (typeof KINDS)[number]
export type EntryState = 'draft' | 'submitted' | 'checked' | 'returned' | 'approved'
export type CellState = EntryState | 'missing' | 'metered'
export type Action = 'submit' | 'check' | 'return' | 'approve'
type Decimal = string

export interface Content {
  amount: Decimal
  cost: Decimal | null
  price: Decimal | null
  source: 'bill' | 'dial'
  first_reading: Decimal | null
  last_reading: Decimal | null
  ratio: Decimal | null
  register_size: Decimal | null
  note: string
  version: number
  entered_by: string
  entered_at: Instant
}

export interface EntryQuery {
  code: 'unlike_last_year' | 'price_differs'
  seen: Decimal
  beside: Decimal
  limit: Decimal
}

export interface Entry extends Content, Named {
  id: number
  organisation_id: number
  organisation_code: string
  kind: Kind
  month: LocalDate
  revision: number
  state: EntryState
  reason: string
  state_at: Instant
  approved_amount: Decimal | null
  photos: number
  queries: EntryQuery[]
  may: ('edit' | Action)[]
}

export interface Picture {
  id: number
  form: 'jpeg' | 'pdf'
  /** Null of a PDF. */
  width: number | null
  height: number | null
  taken_by: string
  at: Instant
  may_remove: boolean
}

export interface EntryDetail extends Entry {
  versions: Content[]
  steps: { revision: number; version: number; state: EntryState; reason: string; person: string; at: Instant }[]
  pictures: Picture[]
}

export type Review = 'check' | 'approve'
export type Refusal = 'not_there' | 'not_yours' | 'moved' | 'order' | 'second_person'

/** What became of many entries at once: nothing is left out of both lists. */
export interface Reviewed {
  done: number[]
  refused: { entry_id: number; code: Refusal; reason: string }[]
}

export interface Typed {
  amount: Decimal | null
  dial: { first_reading: Decimal; last_reading: Decimal; ratio: Decimal; register_size: Decimal | null } | null
  cost: Decimal | null
  price: Decimal | null
  source: 'bill' | 'dial'
  note: string
}

export interface Cell {
  state: CellState
  entry_id: number | null
  counts: boolean
  late_days: number
}

export interface Reminder {
  month: LocalDate
  kinds: Kind[]
  /** Null: marked as overdue by the system. */
  person: string | null
  at: Instant
}

export interface BoardRow extends Named {
  organisation_id: number
  code: string
  due_day: number
  wanted: Kind[]
  /** Twelve months each; null where nothing is wanted, or not yet. */
  cells: Partial<Record<Kind, (Cell | null)[]>>
  reminders: Reminder[]
  may_enter: boolean
  may_review: boolean
}

const upTo = (signal: AbortSignal | undefined) => (signal ? { signal } : {})

export const entryBoard = async (year: number, organisation: number | null, signal?: AbortSignal) =>
  (await call<{ items: BoardRow[] }>('GET', '/entry-board', { query: { year, organisation }, ...upTo(signal) })).items
export const remind = async (month: LocalDate, organisation_ids: number[] | null) =>
  (await call<{ organisation_ids: number[] }>('POST', '/entry-board/reminders', { body: { month, organisation_ids } })).organisation_ids
export const setRule = (rule: { organisation_id: number; first_month: LocalDate; kinds: Kind[]; due_day: number }) =>
  call<void>('PUT', '/entry-board/rules', { body: rule })

export const reviewList = (organisation: number | null, cursor: string | null, signal?: AbortSignal) =>
  call<Page<Entry>>('GET', '/manual-entries', {
    query: { organisation, state: ['submitted', 'checked'], limit: 50, cursor }, ...upTo(signal),
  })
export const entry = (id: number, signal?: AbortSignal) => call<EntryDetail>('GET', `/manual-entries/${id}`, upTo(signal))
export const addEntry = (organisation_id: number, kind: Kind, month: LocalDate, typed: Typed) =>
  call<EntryDetail>('POST', '/manual-entries', { body: { organisation_id, kind, month, ...typed } })
export const saveEntry = (id: number, ifMatch: number, typed: Typed) =>
  call<EntryDetail>('PUT', `/manual-entries/${id}`, { body: typed, ifMatch })
export const act = ({ id, revision }: { id: number; revision: number }, action: Action, reason = '') =>
  call<EntryDetail>('POST', `/manual-entries/${id}/${action}`, { body: { reason }, ifMatch: revision })
export const review = (action: Review, rows: readonly { id: number; revision: number }[]) =>
  call<Reviewed>('POST', '/manual-entries/reviews', {
    body: { action, entries: rows.map(({ id, revision }) => ({ entry_id: id, revision })) },
  })

export const pictureAddress = (entry: number, picture: number) => address(`/manual-entries/${entry}/photos/${picture}`)
export const addPicture = (entry: number, file: Blob) => call<void>('POST', `/manual-entries/${entry}/photos`, { file })
export const removePicture = (entry: number, picture: number) => call<void>('DELETE', `/manual-entries/${entry}/photos/${picture}`)
