/** What a person enters of a measure of quality for a month, as the contract's file would hold it. */
export interface KpiEntry {
  kpi: string
  source: string
  compliant?: string
  valid?: string
  expected?: string
  value?: string
  signed_by?: string[]
}
/** As typed: samples, or a share in percent; two persons stand behind either. */
export interface TypedKpi {
  way: 'samples' | 'share'
  compliant: string
  valid: string
  expected: string
  percent: string
  signed: string
  source: string
}

export const BLANK: TypedKpi = { way: 'samples', compliant: '', valid: '', expected: '', percent: '', signed: '', source: '' }
const WHOLE = /^\d{1,9}$/
const PERCENT = /^(100(\.0+)?|\d{1,2}(\.\d{1,6})?)$/
const HUNDREDTHS = 2

/** Names as they are typed, between commas. */
export const persons = (text: string): string[] => text.split(/[,，、]/).map((each) => each.trim()).filter(Boolean)

/** A percentage as a share, moved by its point alone: no digit is rounded. */
function share(percent: string): string {
  const [whole = '', part = ''] = percent.split('.')
  const digits = whole.padStart(HUNDREDTHS + 1, '0')
  return `${digits.slice(0, -HUNDREDTHS)}.${digits.slice(-HUNDREDTHS)}${part}`
}

function percent(text: string): string {
  const [whole = '0', part = ''] = text.split('.')
  const digits = part.padEnd(HUNDREDTHS, '0')
  const rest = digits.slice(HUNDREDTHS).replace(/0+$/, '')
  return `${Number(whole + digits.slice(0, HUNDREDTHS))}${rest ? `.${rest}` : ''}`
}

export const isBlank = (typed: TypedKpi): boolean => ['compliant', 'valid', 'expected', 'percent'].every((name) => typed[name as 'percent'] === '')

/** Null where it is not whole yet. */
export function kpiEntry(kpi: string, typed: TypedKpi): KpiEntry | null {
  const { compliant, valid, expected, source } = typed
  const signed_by = persons(typed.signed)
  if (source === '' || signed_by.length !== 2 || new Set(signed_by).size !== 2) return null
  if (typed.way === 'share') return PERCENT.test(typed.percent) ? { kpi, source, value: share(typed.percent), signed_by } : null
  const counted = [compliant, valid, expected].every((each) => WHOLE.test(each)) && Number(expected) > 0
  return counted && Number(compliant) <= Number(valid) && Number(valid) <= Number(expected) ? { kpi, source, compliant, valid, expected, signed_by } : null
}

/** What was entered before, to be gone over again. */
export function typedOf(entry: KpiEntry | undefined): TypedKpi {
  if (!entry) return { ...BLANK }
  const { compliant = '', valid = '', expected = '', value, signed_by = [], source } = entry
  return { way: value === undefined ? 'samples' : 'share', compliant: String(compliant), valid: String(valid), expected: String(expected), percent: value === undefined ? '' : percent(value), signed: signed_by.join(', '), source }
}
