/** Which of the entries that wait may be taken together, and which of the chosen ones may be checked or approved. */
import type { Entry, Review } from '../api/entries'

type Waiting = Pick<Entry, 'id' | 'may' | 'queries'>

export const mayReview = ({ may }: Waiting): boolean => may.includes('check') || may.includes('approve')

/** What looks odd is chosen one by one, by somebody who has read why. */
export const unquestioned = <T extends Waiting>(rows: readonly T[]): T[] => rows.filter((row) => mayReview(row) && row.queries.length === 0)

export const ready = <T extends Waiting>(rows: readonly T[], chosen: ReadonlySet<number>, action: Review): T[] =>
  rows.filter(({ id, may }) => chosen.has(id) && may.includes(action))
