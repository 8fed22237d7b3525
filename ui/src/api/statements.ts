/** Statements of a contract: what they say, how far they are, and what people do to them. Amounts are decimal text. [CNY] */
import type { LocalDate } from '../period/zone'
import { address, call } from './client'
import type { Decimal, Party } from './contracts'
import { everyPage } from './page'
import type { Instant, Named } from './types'

export type StatementKind = 'month' | 'reversal' | 'true_up' | 'hand_over'
export type StatementState = 'draft' | 'checked' | 'signed' | 'disputed' | 'settled' | 'reversed' | 'superseded'
export type Act = 'check' | 'return' | 'sign' | 'pay' | 'dispute'
/** `total`: a sum of a year or of the whole term, where it is disputed. */
export type Side = 'fee' | 'bills' | 'deduction' | 'baseline' | 'total'

export interface Signature {
  party: Party
  person: string
  at: Instant
  /** Of the key of a detached signature; null without one. */
  fingerprint: string | null
}
export interface Statement {
  id: number
  contract_id: number
  contract_code: string
  kind: StatementKind
  /** "2026-07", "year 1", "year 1 quarter 2" or "term". */
  period: string
  revision: number
  contract_version: number
  state: StatementState
  cause: 'entered' | 'ledger' | 'late'
  /** Null: made by a worker. */
  maker: string | null
  made_at: Instant
  sha256: string
  inputs_sha256: string | null
  code_version: string
  /** Id of the statement it takes back. */
  reverses: number | null
  reversed_by: number | null
  /** So many remarks stand against signing. */
  blocks: number
  payer: Party | null
  payee: Party | null
  amount: Decimal | null
  retained: Decimal | null
  due_on: LocalDate | null
  signatures: Signature[]
  open_disputes: number
  /** Of a true-up or the hand-over: periods that both have signed otherwise since. Nobody checks or signs it then. */
  overtaken: string[]
}
export interface Step {
  symbol: string
  value: Decimal
  unit: string
  formula: string
  formula_zh: string
}
export interface Line extends Named {
  code: string
  kind: string | null
  side: Side
  /** Null: something it rests on is missing. */
  amount: Decimal | null
  formula: string
  formula_zh: string
  basis: string
  basis_zh: string
  steps: Step[]
  dispute: string | null
}
/** How the band of a saving was measured; `shipped`: not calibrated here yet. Shares of 1. */
export interface SavingBand {
  confidence: Decimal
  coverage?: Decimal | null
  tested: number
  meter_years: number
  calibrated_by: 'local' | 'shipped'
  here: number
  here_held: number
  p_saving: Decimal
  guarantee?: Decimal | null
  p_guarantee?: Decimal | null
}
export interface SavingFigure {
  line: string
  unit: string
  adjusted_baseline: Decimal
  use: Decimal
  naive: Decimal
  saving: Decimal
  low?: Decimal | null
  high?: Decimal | null
  ratio?: Decimal | null
  quantity_effect: Decimal
  shifting_effect: Decimal
  cost_effect: Decimal
  status: 'measured' | 'verified'
  band?: SavingBand | null
  planned?: Decimal | null
}
export interface Remark {
  code: string
  place: string
  detail: string
  detail_zh: string
  blocks: boolean
}
export interface Doing {
  id: number
  act: 'check' | 'return' | 'sign' | 'dispute' | 'resolve' | 'pay' | 'reverse'
  person: string | null
  party: Party | null
  on: LocalDate
  at: Instant
  subject: string
  reason: string
  amount: Decimal | null
  fingerprint: string | null
}
export interface Outcome {
  id: number
  kind: 'upheld' | 'agreed' | 'rejected'
  amount: Decimal
  decided_on: LocalDate
  document: string
  proposed_by: string
  proposed_for: Party
  signed_by: string | null
  signed_at: Instant | null
}
export interface Dispute {
  id: number
  code: string
  contract_id: number
  statement_id: number
  period: string
  line: string
  side: Side
  /** What the line says. */
  amount: Decimal
  claimed: Decimal
  /** What waits for the outcome. */
  frozen: Decimal
  by: Party
  reason: string
  opened_on: LocalDate
  deadline: LocalDate
  evidence: string[]
  person: string
  at: Instant
  outcome: Outcome | null
  open: boolean
}
export interface StatementWhole extends Statement, Named {
  first_day: LocalDate
  end_day: LocalDate
  client: string
  provider: string
  rounding: string | null
  party: Party | null
  /** What the caller may do now. */
  may: Act[]
  /** `keys`: a party signs by its own detached signature; `approvals`: as the server records it. */
  signing: 'keys' | 'approvals'
  lines: Line[]
  totals: { symbol: string; amount: Decimal | null; formula: string; formula_zh: string; disputable: boolean; dispute: string | null }[]
  payment: { payer: Party; payee: Party; amount: Decimal; retained: Decimal; due_on: LocalDate; formula: string; formula_zh: string } | null
  savings: SavingFigure[]
  remarks: Remark[]
  /** Decided disputes about what it takes the place of, which it does not follow: nobody checks or signs it. */
  unmet: { dispute: string; line: string; side: Side; wanted: Decimal; found: Decimal | null; difference: Decimal | null }[]
  differences: { month: string; line: string; side: Side; signed: Decimal | null; now: Decimal | null; dispute: string | null }[]
  registers: { meter: string; last: Record<string, Decimal> }[]
  /** Days of a month that do not count as they were; `place` empty: the whole boundary. */
  left_out: { kind: string; place: string; days: number; first_day: LocalDate | null; end_day: LocalDate | null; reason: string; reason_zh: string }[]
  /** `baseline_id` null: out of sight. */
  baselines: { version_id: number; baseline_id: number | null; version: number | null; sha256: string }[]
  acts: Doing[]
  disputes: Dispute[]
  due: { payer: Party; outstanding: Decimal; paid: Decimal; frozen: { dispute: string; amount: Decimal }[] } | null
}
export interface NewAct {
  act: Exclude<Act, 'dispute'>
  reason?: string
  /** Digest of what one has seen and signs. */
  sha256?: string
  /** Text of a detached signature. */
  signature?: string
  number?: string
  amount?: Decimal
  on?: LocalDate
}
export interface NewDispute {
  line: string
  side: Side
  claimed: Decimal
  reason: string
  deadline: LocalDate
  evidence: string[]
}
export interface NewOutcome {
  kind: Outcome['kind']
  amount: Decimal
  document: string
  decided_on: LocalDate
}

const one = (id: number, what = ''): string => `/statements/${id}${what}`

/** A line of a month, from the agreed baseline by what adjusts it to what was saved; quantities in `unit`. */
export interface PeriodLine extends Named {
  statement: number
  month: string
  state: Statement['state']
  line: string
  unit: string
  baseline: Decimal
  changes: { name: string; quantity: Decimal }[]
  adjusted_baseline: Decimal
  use: Decimal
  saving: Decimal
  low: Decimal | null
  high: Decimal | null
  status: string
  price: Decimal | null
  share: Decimal | null
  amount: Decimal | null
  payment: Decimal | null
}
export const periods = (contract: number, signal: AbortSignal) => everyPage<PeriodLine>(`/contracts/${contract}/periods`, { signal })
export const statements = (contract: number, signal: AbortSignal) => everyPage<Statement>(`/contracts/${contract}/statements`, { signal })
export const statementsOf = (contract: number, month: string, signal: AbortSignal) =>
  everyPage<Statement>(`/contracts/${contract}/statements`, { query: { month }, signal })
export const draftStatement = (contract: number, month: string, text: string) =>
  call<StatementWhole>('POST', `/contracts/${contract}/statements`, { body: { kind: 'month', month, text } })
export const statement = (id: number, signal: AbortSignal) => call<StatementWhole>('GET', one(id), { signal })
export const actOn = (id: number, body: NewAct) => call<StatementWhole>('POST', one(id, '/acts'), { body })

export const disputes = (contract: number, signal: AbortSignal) => everyPage<Dispute>('/disputes', { query: { contract, open: 'true' }, signal })
export const openDispute = (statement: number, body: NewDispute) => call<Dispute>('POST', one(statement, '/disputes'), { body })
export const proposeOutcome = (dispute: number, body: NewOutcome) => call<Dispute>('POST', `/disputes/${dispute}/outcomes`, { body })
export const signOutcome = (dispute: number, outcome: number) =>
  call<Dispute>('POST', `/disputes/${dispute}/outcomes/${outcome}/signature`)

export type Paper = 'pdf' | 'xlsx'
export const paperAddress = (id: number, form: Paper, lang: string): string => address(one(id, `/${form}`), { lang })
export const textAddress = (id: number): string => address(one(id, '/text'))
export const bundleAddress = (id: number): string => address(one(id, '/bundle'))

/** Of one figure: from the ledger, entered by people, or missing and why. */
export interface Origin {
  what: 'use' | 'price' | 'bill' | 'degree_days' | 'model' | 'submeter' | 'kpi' | 'percent' | 'amount' | 'acceptance' | 'calendar' | 'charging'
  name: string
  source: 'ledger' | 'entered' | 'missing'
  code: string
  detail: string
  detail_zh: string
  refers: Record<string, unknown>
}
export interface Origins {
  statement_id: number
  known_at: Instant
  because: string
  because_zh: string
  /** What people entered beside the ledger, as the contract's file would hold it. */
  entered: Record<string, unknown>
  origins: Origin[]
}
export interface Drawing {
  id: number
  added: boolean
  reversal: number | null
}
export interface Correction {
  id: number
  contract_id: number
  statement_id: number
  period: string
  state: 'open' | 'accepted' | 'dismissed' | 'withdrawn'
  cause: string
  cause_zh: string
  /** What the provider would get more; null where an amount is missing. */
  difference: Decimal | null
  at: Instant
  lines: { line: string; side: Side; signed: Decimal | null; now: Decimal | null }[]
  decisions: { verdict: 'accepted' | 'dismissed' | 'withdrawn'; party: Party | null; reason: string; person: string | null; at: Instant }[]
  statements: Drawing | null
}

/** A month as the ledger tells it now. */
export const drawStatement = (contract: number, month: string, entered: Record<string, unknown>) =>
  call<Drawing>('POST', `/contracts/${contract}/drawings`, { body: { month, entered } })
/** The true-up of a contract year or a quarter of it, or with a year of null the hand-over. */
export const draftClosing = (contract: number, year: number | null, quarter: number | null = null) =>
  call<StatementWhole>('POST', `/contracts/${contract}/statements`, { body: year === null ? { kind: 'hand_over' } : { kind: 'true_up', year, ...(quarter === null ? {} : { quarter }) } })
export const origins = (id: number, signal: AbortSignal) => call<Origins>('GET', one(id, '/origins'), { signal })
/** What people entered beside the ledger for the newest statement of a month that was drawn. */
export async function enteredBeside(contract: number, month: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  const drawn = (await statementsOf(contract, month, signal)).find(({ kind, cause }) => kind === 'month' && cause !== 'entered')
  return drawn ? (await origins(drawn.id, signal)).entered : {}
}
export const corrections = (statement: number, signal: AbortSignal) => everyPage<Correction>('/corrections', { query: { statement }, signal })
export const decideCorrection = (id: number, verdict: 'accepted' | 'dismissed', reason: string) =>
  call<Correction>('POST', `/corrections/${id}/decisions`, { body: { verdict, reason } })
