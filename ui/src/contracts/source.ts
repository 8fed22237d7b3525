/** Where the figures of a line come from, as links to the pages that show them. */
import type { RouteLocationRaw } from 'vue-router'
import type { Terms } from '../api/contracts'
import type { Line } from '../api/statements'

export interface Source {
  /** Key below `contracts.source`. */
  kind: 'meter' | 'excluded' | 'tariff' | 'bill' | 'baseline' | 'facts'
  text: string
  to: RouteLocationRaw
}

const PRICED = new Set(['energy', 'demand', 'area_heat'])

/** `month` is YYYY-MM; of a year or a whole term no tariff is shown. */
export function sourcesOf(line: Pick<Line, 'code' | 'kind' | 'side'>, terms: Terms, month: string): Source[] {
  const told = terms.lines.find(({ code }) => code === line.code)
  if (!told) return []
  const meters = terms.meters.filter((meter) => meter.line === line.code)
  const found: Source[] = line.side === 'fee' ? [] : meters.map(({ code, excluded }) => ({ kind: excluded ? 'excluded' : 'meter', text: code, to: { name: 'metrology', query: { meter: code } } }))
  if (PRICED.has(told.kind) && /^\d{4}-\d\d$/.test(month)) found.push({ kind: 'tariff', text: month, to: { name: 'tariffs', query: { month } } })
  if (line.side === 'bills') found.push({ kind: 'bill', text: '', to: { name: 'bills' } })
  if (line.side !== 'bills' && told.adjusted_by.length > 0) found.push({ kind: 'facts', text: told.adjusted_by.join(', '), to: { name: 'facts' } })
  return found
}
