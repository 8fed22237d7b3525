/** One row of a table, typed into a form: it is taken over as the table would be, with every fault at its field. */

export type FieldKind = 'vehicle' | 'place' | 'pile' | 'day' | 'instant' | 'number' | 'choice' | 'text'

export interface RowField {
  /** Column of the table. */
  name: string
  kind: FieldKind
  required?: boolean
  choices?: readonly string[]
}

export const ROWS = {
  bookings: [
    { name: 'vehicle', kind: 'vehicle', required: true },
    { name: 'number', kind: 'text', required: true },
    { name: 'start', kind: 'instant', required: true },
    { name: 'end', kind: 'instant', required: true },
    { name: 'purpose', kind: 'text' },
    { name: 'driver', kind: 'text' },
    { name: 'state', kind: 'choice', choices: ['valid', 'cancelled'] },
  ],
  rental_terms: [
    { name: 'vehicle', kind: 'vehicle', required: true },
    { name: 'first_day', kind: 'day', required: true },
    { name: 'hour_cny', kind: 'number', required: true },
    { name: 'km_cny', kind: 'number', required: true },
    { name: 'day_cap_cny', kind: 'number' },
    { name: 'step_min', kind: 'number' },
    { name: 'free_km', kind: 'number' },
    { name: 'document', kind: 'text' },
  ],
  vehicle_quota_entries: [
    { name: 'organisation', kind: 'place', required: true },
    { name: 'kind', kind: 'choice', required: true, choices: ['grant', 'adjustment', 'transfer', 'disposal'] },
    { name: 'day', kind: 'day', required: true },
    { name: 'places', kind: 'number', required: true },
    { name: 'receiver', kind: 'place' },
    { name: 'document', kind: 'text', required: true },
  ],
  maintenance_plans: [
    { name: 'vehicle', kind: 'vehicle', required: true },
    { name: 'item', kind: 'text', required: true },
    { name: 'every_km', kind: 'number' },
    { name: 'every_days', kind: 'number' },
    { name: 'done_on', kind: 'day', required: true },
  ],
  pile_fees: [
    { name: 'pile', kind: 'pile', required: true },
    { name: 'first_day', kind: 'day', required: true },
    { name: 'session_cny', kind: 'number', required: true },
    { name: 'service_cny_kwh', kind: 'number', required: true },
    { name: 'document', kind: 'text' },
  ],
} as const satisfies Record<string, readonly RowField[]>

export type RowTable = keyof typeof ROWS

/** The row as a table of its own, in CSV. */
export function asTable(fields: readonly RowField[], typed: Record<string, string>): string {
  const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const line = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\n`
  return line(fields.map(({ name }) => name)) + line(fields.map(({ name }) => (typed[name] ?? '').replace('T', name === 'start' || name === 'end' ? ' ' : 'T')))
}
