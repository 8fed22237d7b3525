/** A QR code as one path of black squares, so that it needs neither script nor style of its own. */
import encodeQR from 'qr'

/** Modules of white that scanners want around a code. */
const QUIET = 4

export interface QrPath {
  /** Side with the quiet zone. [modules] */
  side: number
  /** Of an SVG whose unit is a module. */
  path: string
}

/** ISO/IEC 18004, level M: a label may lose 15 % and still be read. */
export function qrPath(text: string): QrPath {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET })
  const squares = rows.flatMap((row, y) => row.flatMap((black, x) => (black ? [`M${x} ${y}h1v1h-1z`] : [])))
  return { side: rows.length, path: squares.join('') }
}
