/** The measured saving of stated days, to stand beside what was stated of them. */
import type { SavingRow } from '../api/baselines'
import { addDays, type LocalDate } from '../period/zone'

export interface Measured {
  saving: number
  /** Days of it that count. */
  days: number
}

/** Sum over the days in [first, end) that count; null where none does. */
export function measuredOf(rows: readonly SavingRow[], first: LocalDate, end: LocalDate): Measured | null {
  const counted = rows.filter((row) => row.first_day >= first && addDays(row.first_day, row.days) <= end && row.saving !== null)
  return counted.length ? { saving: counted.reduce((sum, row) => sum + (row.saving ?? 0), 0), days: counted.reduce((sum, row) => sum + row.days, 0) } : null
}
