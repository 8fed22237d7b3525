/** A saving as bars: the baseline as it was, adjusted with its band, and the use. Lengths are shares of the longest. */
import type { SavingFigure } from '../api/statements'

export type BarName = 'unadjusted' | 'adjusted' | 'use'
export interface SavingBars {
  bars: { name: BarName; value: number; length: number }[]
  /** Of the adjusted baseline; null where nothing is calibrated. */
  band: { low: number; high: number } | null
}

export function savingBars({ adjusted_baseline, use, naive, low, high }: SavingFigure): SavingBars {
  const used = Number(use)
  const values: Record<BarName, number> = { unadjusted: Number(naive) + used, adjusted: Number(adjusted_baseline), use: used }
  const known = low != null && high != null
  const longest = Math.max(...Object.values(values), known ? used + Number(high) : 0) || 1
  const length = (value: number): number => Math.max(0, value) / longest
  return {
    bars: (Object.entries(values) as [BarName, number][]).map(([name, value]) => ({ name, value, length: length(value) })),
    band: known ? { low: length(used + Number(low)), high: length(used + Number(high)) } : null,
  }
}
