/** What a board comes to: which of several cells stands for them all, and how much is still owed. */
import type { BoardRow, Cell, CellState, Kind } from '../api/entries'

/** The worst first: it stands for a month of several kinds. */
const ORDER: readonly CellState[] = ['missing', 'returned', 'draft', 'submitted', 'checked', 'approved', 'metered']

const GLYPHS: Record<CellState, string> = {
  missing: '○', draft: '◔', returned: '↩', submitted: '◑', checked: '◕', approved: '●', metered: '≈',
}

export const glyphOf = (state: CellState): string => GLYPHS[state]

export function isOwed(cell: Cell): boolean {
  return !cell.counts && (cell.state === 'missing' || cell.state === 'draft' || cell.state === 'returned')
}

export function cellsOf(row: BoardRow, month: number, kind: Kind | null): Cell[] {
  const lists = kind ? [row.cells[kind] ?? []] : Object.values(row.cells)
  return lists.flatMap((list) => list[month] ?? [])
}

/** Null where nothing is wanted. */
export function worst(cells: readonly Cell[]): Cell | null {
  const rank = (cell: Cell): number => (isOwed(cell) && cell.late_days > 0 ? -1 : ORDER.indexOf(cell.state))
  return cells.reduce<Cell | null>((found, cell) => (found === null || rank(cell) < rank(found) ? cell : found), null)
}

export interface Tally {
  wanted: number
  owed: number
  late: number
  review: number
  there: number
}

export function tally(cells: readonly Cell[]): Tally {
  return {
    wanted: cells.length,
    owed: cells.filter(isOwed).length,
    late: cells.filter((cell) => isOwed(cell) && cell.late_days > 0).length,
    review: cells.filter(({ state }) => state === 'submitted' || state === 'checked').length,
    there: cells.filter(({ counts }) => counts).length,
  }
}

/** Unit at the end of a kind's name, as a person writes it. */
export function unitOf(kind: Kind): string {
  const unit = kind.slice(kind.lastIndexOf('_') + 1)
  return { kwh: 'kWh', m3: 'm³', gj: 'GJ', l: 'L', kg: 'kg', tce: 'tce' }[unit] ?? unit
}
