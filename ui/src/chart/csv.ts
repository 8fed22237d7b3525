/** Tables as CSV that spreadsheets open as it is meant. */

export type Cell = string | number | boolean | null

function field(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell !== 'string') return String(cell)
  // Names come from outside: a leading sign would make a spreadsheet run them as a formula.
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [header, ...rows].map((row) => row.map(field).join(','))
  // The byte order mark lets spreadsheets see that Chinese names are UTF-8.
  return `\uFEFF${lines.join('\r\n')}\r\n`
}
