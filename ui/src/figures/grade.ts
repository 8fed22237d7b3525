/** How good a figure is, and what happened in it, as the server codes it. */

/** Names of the flags of an interval, lowest bit first. */
export const FLAGS = [
  'conflict', 'out_of_range', 'zeros', 'spike', 'jitter', 'frozen', 'fall', 'jump', 'rollover', 'swap', 'reset', 'ratio', 'gap',
  'partial', 'level_change', 'edited', 'error', 'surge', 'weather_missing',
] as const
export type Flag = (typeof FLAGS)[number]

export function flagNames(flags: number): Flag[] {
  return FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0)
}

/** Neither counted by a register nor computed from meters that were. */
export function isEstimated(grade: string): boolean {
  return grade !== 'measured' && grade !== 'derived'
}
