/** What stands in the fields of the entry form, and what of it goes to the server. */
import type { Content, Typed } from '../api/entries'

export interface Fields {
  source: 'bill' | 'dial'
  amount: string
  first: string
  last: string
  ratio: string
  size: string
  cost: string
  price: string
  note: string
}

export const EMPTY: Fields = { source: 'bill', amount: '', first: '', last: '', ratio: '1', size: '', cost: '', price: '', note: '' }

export function fieldsOf(content: Content | null): Fields {
  if (!content) return { ...EMPTY }
  return {
    source: content.source,
    amount: content.first_reading === null ? content.amount : '',
    first: content.first_reading ?? '',
    last: content.last_reading ?? '',
    ratio: content.ratio ?? '1',
    size: content.register_size ?? '',
    cost: content.cost ?? '',
    price: content.price ?? '',
    note: content.note,
  }
}

/** A number as people type it: 1,234.5 and １２３ too. Empty where it is none. */
export function plain(text: string): string {
  const found = text.normalize('NFKC').replace(/[,\s]/g, '')
  return /^\d+(\.\d+)?$/.test(found) ? found : ''
}

const orNull = (text: string): string | null => plain(text) || null

/** Null while something that is needed is missing or no number. */
export function typedOf(fields: Fields): Typed | null {
  const rest = { cost: orNull(fields.cost), price: orNull(fields.price), source: fields.source, note: fields.note.trim() }
  if ([fields.cost, fields.price, fields.size].some((text) => text.trim() !== '' && plain(text) === '')) return null
  if (fields.source === 'bill' || (fields.first === '' && fields.last === '')) {
    const amount = orNull(fields.amount)
    return amount === null ? null : { amount, dial: null, ...rest }
  }
  const [first, last, ratio] = [plain(fields.first), plain(fields.last), plain(fields.ratio)]
  if (!first || !last || !ratio) return null
  return { amount: null, dial: { first_reading: first, last_reading: last, ratio, register_size: orNull(fields.size) }, ...rest }
}

/** What a dial comes to; null while it cannot be told. For the eye only: the server computes it exactly. */
export function dialAmount(fields: Fields): number | null {
  const dial = typedOf(fields)?.dial
  if (!dial) return null
  const turned = dial.register_size === null ? 0 : Number(dial.register_size)
  const found = (Number(dial.last_reading) - Number(dial.first_reading) + turned) * Number(dial.ratio)
  return found < 0 ? null : found
}
