/** Corrections of a meter: edits of readings and events of its register, in one list. */
import { undoEdit, withdrawEvent, type Span } from '../api/resources'
import type { Edit, EventKind, RegisterEvent } from '../api/corrections'
import type { Instant } from '../api/types'
import { epochOf } from '../format/instant'
import { addDays, localDate, startOfDay } from '../period/zone'

export interface Correction {
  key: string
  kind: 'replace' | 'leave_out' | 'span' | EventKind
  /** Which of the device's registers an edit is of; null for an event, which is of the one that counts. */
  quantity: string | null
  /** What it is about: an instant, or the first of a span and the one after it. [epoch s] */
  at: number
  until: number | null
  /** What was there before, and what is there instead; null where there is none or nobody knows. */
  was: number | null
  value: number | null
  made: Instant
  person: string
  reason: string
  ended: { at: Instant; person: string; reason: string } | null
  undo: (reason: string) => Promise<unknown>
}

export function corrections(meter: string, edits: Edit[], events: RegisterEvent[]): Correction[] {
  const all = [...edits.map(ofEdit), ...events.map((event) => ofEvent(meter, event))]
  return all.sort((a, b) => Date.parse(b.made) - Date.parse(a.made))
}

/** Registers that tell a month's maximum demand and reactive energy of an electricity meter, beside the one it counts by. */
export const MONTH_REGISTERS = ['demand_max_kw', 'reactive_energy_import_kvarh']

/** Local days whose totals show the effect: those of a span, or the one in which it lies. */
export function daysOf({ at, until }: Correction, zone: string): Span {
  const last = until === null ? at : Math.max(at, until - 1)
  return { from: startOfDay(localDate(at, zone), zone), to: startOfDay(addDays(localDate(last, zone), 1), zone) }
}

function ofEdit(edit: Edit): Correction {
  const taken = edit.until === null ? 'leave_out' : 'span'
  return {
    key: `edit-${edit.id}`,
    kind: edit.value === null ? taken : 'replace',
    quantity: edit.quantity,
    at: epochOf(edit.ts),
    until: edit.until === null ? null : epochOf(edit.until),
    was: edit.was,
    value: edit.value,
    made: edit.at,
    person: edit.person,
    reason: edit.reason,
    ended: ending(edit.undone_at, edit.undone_by, edit.undone_because),
    undo: (reason) => undoEdit(edit.id, reason),
  }
}

function ofEvent(meter: string, event: RegisterEvent): Correction {
  return {
    key: `event-${event.id}`,
    kind: event.kind,
    quantity: null,
    at: epochOf(event.at),
    until: event.until === null ? null : epochOf(event.until),
    was: event.previous,
    value: event.value,
    made: event.declared_at,
    person: event.person,
    reason: event.note,
    ended: ending(event.withdrawn_at, event.withdrawn_by, event.withdrawn_because),
    undo: (reason) => withdrawEvent(meter, event.id, reason),
  }
}

function ending(at: Instant | null, person: string | null, reason: string | null): Correction['ended'] {
  return at === null ? null : { at, person: person ?? '', reason: reason ?? '' }
}
