/** Supply and return of a heat meter, and what lies between them. */
import type { GaugeSeries } from '../api/placeUse'

export interface Temperatures {
  t: number[]
  supply: (number | null)[]
  back: (number | null)[]
  /** Null where one of both is missing. [K] */
  spread: (number | null)[]
}

export function temperatures(supply: GaugeSeries | null, back: GaugeSeries | null): Temperatures {
  const [warm, cool] = [supply, back].map((found) => new Map((found?.t ?? []).map((at, index) => [at, found?.mean[index] ?? null])))
  const t = [...new Set([...(warm?.keys() ?? []), ...(cool?.keys() ?? [])])].sort((a, b) => a - b)
  const value = (of: Map<number, number | null> | undefined, at: number): number | null => of?.get(at) ?? null
  return {
    t,
    supply: t.map((at) => value(warm, at)),
    back: t.map((at) => value(cool, at)),
    spread: t.map((at) => {
      const [high, low] = [value(warm, at), value(cool, at)]
      return high === null || low === null ? null : high - low
    }),
  }
}

/** Mean of what is known; null of nothing. */
export function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}
