/** A baseline on its way to the saving, as bars that hang on each other: shares of the longest. */
import type { PeriodLine } from '../api/statements'

export interface Fall {
  name: string
  /** `whole` stands on the ground, `change` hangs on what was before it. */
  kind: 'whole' | 'change'
  value: number
  from: number
  length: number
}

export function waterfall({ baseline, changes, adjusted_baseline, use, saving }: PeriodLine): Fall[] {
  const told: Omit<Fall, 'from' | 'length'>[] = [
    { name: 'baseline', kind: 'whole', value: Number(baseline) },
    ...changes.map(({ name, quantity }) => ({ name, kind: 'change' as const, value: Number(quantity) })),
    { name: 'adjusted', kind: 'whole', value: Number(adjusted_baseline) },
    { name: 'use', kind: 'whole', value: Number(use) },
    { name: 'saving', kind: 'change', value: Number(saving) },
  ]
  let stands = 0
  const spans = told.map(({ kind, value }, at) => {
    // The saving is what lies between use and adjusted baseline.
    const [low, high] = kind === 'whole' ? [0, value] : [stands, stands + value]
    if (at < told.length - 1) stands = high
    return [Math.min(low, high), Math.max(low, high)] as const
  })
  const least = Math.min(0, ...spans.map(([low]) => low))
  const longest = Math.max(...spans.map(([, high]) => high)) - least || 1
  return told.map((each, at) => ({ ...each, from: (spans[at]![0] - least) / longest, length: (spans[at]![1] - spans[at]![0]) / longest }))
}
