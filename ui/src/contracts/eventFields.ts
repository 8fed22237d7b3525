/** What is asked for an event of a contract, by its kind, and what of it goes to the server. */
import type { EventKind } from '../api/contracts'
import { addDays } from '../period/zone'
import { persons } from './kpiEntry'

export type FieldKind = 'text' | 'number' | 'day' | 'last' | 'party' | 'people' | 'flag' | 'line' | 'fact' | 'meter' | 'shares'
export interface Field {
  name: string
  kind: FieldKind
  optional?: boolean
}
export type Typed = Record<string, string>

const field = (name: string, kind: FieldKind, optional = false): Field => ({ name, kind, optional })
const DOCUMENT = field('document', 'text')
const SIGNED = field('signed_by', 'people')
const SPAN = [field('first_day', 'day'), field('end_day', 'last')]

export const EVENT_FIELDS: Record<EventKind, readonly Field[]> = {
  changes: [field('adjustment', 'fact'), field('value', 'number'), field('first_day', 'day'), field('notified_on', 'day'), field('caused_by', 'party'), DOCUMENT],
  equipment: [
    field('line', 'line'), field('code', 'text'), field('power_kw', 'number'), field('load_factor', 'number'), field('hours_per_day', 'number'),
    field('first_day', 'day'), field('end_day', 'last', true), field('notified_on', 'day', true), field('removed', 'flag', true),
    field('submetered', 'flag', true), field('ledger', 'text', true), field('caused_by', 'party'), DOCUMENT,
  ],
  agreed: [field('line', 'line'), field('quantity', 'number'), ...SPAN, field('reason', 'text'), DOCUMENT, SIGNED],
  closed: [...SPAN, field('reason', 'text'), DOCUMENT, SIGNED],
  redefinitions: [field('line', 'line'), field('first_day', 'day'), field('tariff', 'text'), field('shares', 'shares', true), field('index', 'number', true), DOCUMENT, SIGNED],
  meter_errors: [field('meter', 'meter'), field('error_pct', 'number'), ...SPAN, field('verified_on', 'day', true), field('found_on', 'day', true), field('basis', 'text'), DOCUMENT],
}

const NUMBER = /^-?\d+(\.\d+)?$/

const MONTHS = 12
/** Decimals whose sum is 1 are that close to it in binary. */
const ROUND = 1e-9

/** Shares of every month alike, or a line for each, January first; null where they are none. */
function shares(text: string): Record<string, string>[] | null {
  const rows = text.split('\n').map((each) => each.trim()).filter(Boolean).map(row)
  return [1, MONTHS].includes(rows.length) && rows.every((each) => each !== null) ? rows : null
}

/** "peak 0.42, valley 0.58" as shares; null where it is none, or they are not all of it. */
function row(text: string): Record<string, string> | null {
  const pairs = persons(text).map((each) => each.split(/\s+/))
  const right = pairs.every(([period, share, more]) => /^[a-z_]+$/.test(period ?? '') && NUMBER.test(share ?? '') && more === undefined)
  const whole = pairs.reduce((sum, [, share]) => sum + Number(share), 0)
  return right && Math.abs(whole - 1) < ROUND ? Object.fromEntries(pairs) : null
}

function right({ kind, optional }: Field, text: string): boolean {
  if (text === '') return optional === true || kind === 'flag'
  if (kind === 'number') return NUMBER.test(text)
  if (kind === 'people') return new Set(persons(text)).size === 2
  return kind !== 'shares' || shares(text) !== null
}

export function isWhole(kind: EventKind, typed: Typed): boolean {
  const basis = kind !== 'redefinitions' || (typed.shares ? 1 : 0) + (typed.index ? 1 : 0) === 1
  return basis && EVENT_FIELDS[kind].every((each) => right(each, (typed[each.name] ?? '').trim()))
}

/** Shares of twelve months as they are typed: a line each, January first, whatever month the year began with. */
export function sharesText(months: readonly { month: string; shares: Record<string, string> }[]): string {
  const inOrder = [...months].sort((one, other) => one.month.slice(5).localeCompare(other.month.slice(5)))
  return inOrder.map(({ shares: each }) => Object.entries(each).map((pair) => pair.join(' ')).join(', ')).join('\n')
}

/** The event as the contract's file would hold it: last days become the day after, blanks are left out. */
export function eventOf(kind: EventKind, typed: Typed): Record<string, unknown> {
  const told: Record<string, unknown> = {}
  for (const { name, kind: what } of EVENT_FIELDS[kind]) {
    const text = (typed[name] ?? '').trim()
    if (text === '') continue
    if (what === 'last') told[name] = addDays(text, 1)
    else if (what === 'people') told[name] = persons(text)
    else if (what === 'flag') told[name] = text === 'true'
    else if (what === 'shares') told[name] = shares(text)
    else told[name] = text
  }
  return kind === 'redefinitions' ? { ...told, basis: typed.shares ? 'intervals' : 'index' } : told
}
