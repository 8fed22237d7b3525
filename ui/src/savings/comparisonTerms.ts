/** Terms of a comparison as a person fills them in, and as they are sent. */
import type { Method, NewBaseline, Step } from '../api/baselines'
import { addDays, type LocalDate } from '../period/zone'

export const METHODS: readonly Method[] = ['whole', 'on_off', 'side_by_side', 'all_parameters', 'key_parameter']

export const STEPS: readonly Step[] = ['daily', 'hourly', 'monthly']

export interface Filled {
  method: Method
  /** Of a model; a comparison is one of days. */
  step: Step
  first: LocalDate
  last: LocalDate
  /** First and last day that are compared; of an alternating test those of the test. */
  from: LocalDate
  until: LocalDate
  /** Days off, then as many on, in turn. [d] */
  turn: number
  /** Meter beside it. */
  beside: number | null
  /** Powers, one an item. [kW] */
  before: string
  after: string
  /** [h] */
  hours: string
  why: string
}

/** Numbers of a text, by line, space, comma or semicolon; null where one is none. */
export function numbersOf(text: string): number[] | null {
  const parts = text.split(/[\s,;，；]+/).filter(Boolean)
  const numbers = parts.map(Number)
  return parts.length > 0 && numbers.every((each) => Number.isFinite(each) && each >= 0) ? numbers : null
}

/** Spans [first, end) of days on in [first, end): off for `turn` days, then on, in turn. */
export function daysOn(first: LocalDate, end: LocalDate, turn: number): [LocalDate, LocalDate][] {
  if (!(turn >= 1)) return []
  const spans: [LocalDate, LocalDate][] = []
  for (let on = addDays(first, turn); on < end; on = addDays(on, 2 * turn)) {
    const until = addDays(on, turn)
    spans.push([on, until < end ? until : end])
  }
  return spans
}

type Sent = Pick<NewBaseline, 'method' | 'step' | 'first_day' | 'end_day' | 'reporting_from' | 'reporting_end' | 'terms'>

/** What is sent; null while something is missing. */
export function sent(told: Filled): Sent | null {
  const { method, first, last, from, until } = told
  if (!(first <= last)) return null
  const days = { method, step: method === 'whole' ? told.step : ('daily' as const), first_day: first, end_day: addDays(last, 1) }
  if (method === 'whole') return from > last ? { ...days, reporting_from: from, reporting_end: null, terms: null } : null
  if (method === 'on_off') {
    const on = daysOn(first, days.end_day, told.turn)
    return on.length ? { ...days, reporting_from: first, reporting_end: days.end_day, terms: { on } } : null
  }
  if (!(from > last && until >= from)) return null
  const later = { ...days, reporting_from: from, reporting_end: addDays(until, 1) }
  if (method !== 'key_parameter') return told.beside === null ? null : { ...later, terms: { meter: told.beside } }
  const [before, after, stipulated_h] = [numbersOf(told.before), numbersOf(told.after), Number(told.hours)]
  if (!before || !after || !(stipulated_h > 0) || told.why === '') return null
  return { ...later, terms: { before, after, stipulated_h, stipulated_why: told.why } }
}
