/** A payload as a person reads it: JSON on lines of its own, bytes sixteen to a line. */

const BYTES_A_LINE = 16

export function readable(payload: string, encoding: 'text' | 'hex'): string {
  if (encoding === 'hex') return lines(payload.split(' '))
  try {
    return JSON.stringify(JSON.parse(payload), null, 2)
  } catch {
    // Most of what lies in quarantine is no JSON; it is shown as it came.
    return payload
  }
}

function lines(bytes: readonly string[]): string {
  const found: string[] = []
  for (let at = 0; at < bytes.length; at += BYTES_A_LINE) found.push(bytes.slice(at, at + BYTES_A_LINE).join(' '))
  return found.join('\n')
}
